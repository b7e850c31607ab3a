//! What all pages have in common.

use askama::Template;

/// Renders into memory.
pub(crate) fn written(page: &impl Template) -> String {
    // The templates hold nothing that can fail, and writing into a String cannot.
    page.render().expect("rendering into memory")
}

/// Gives a view its `render` and the item of the navigation it belongs to.
macro_rules! page {
    ($view:ident, $here:literal) => {
        page!($view, $here, "");
    };
    ($view:ident, $here:literal, $part:literal) => {
        impl $view {
            /// The page as HTML.
            pub fn render(&self) -> String {
                crate::page::written(self)
            }

            /// The item of the navigation this page belongs to.
            fn here(&self) -> &'static str {
                $here
            }

            /// The item of that part's own navigation, if it has one.
            fn part(&self) -> &'static str {
                $part
            }
        }
    };
}
