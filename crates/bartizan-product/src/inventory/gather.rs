//! Where the readers put what they find, within the limits.

use super::{Asset, Component, Defaults, Diagnostic, Exposure, MAX_ASSETS, MAX_COMPONENTS, MAX_DIAGNOSTICS};
use crate::cpe::Cpe;
use crate::error::{Code, quoted};
use crate::purl::Purl;

pub(super) struct Gather<'d> {
    defaults: &'d Defaults,
    assets: Vec<Asset>,
    diagnostics: Vec<Diagnostic>,
    components: usize,
    /// Components, assets and diagnostics that are over the limits.
    over: [usize; 3],
}

/// What a document says about a component, not yet read.
#[derive(Default)]
pub(super) struct Found<'t> {
    pub reference: Option<&'t str>,
    pub kind: Option<&'t str>,
    pub group: Option<&'t str>,
    pub name: Option<&'t str>,
    pub version: Option<&'t str>,
    pub purls: Vec<&'t str>,
    pub cpes: Vec<&'t str>,
    pub place: String,
}

fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|t| !t.is_empty())
}

impl<'d> Gather<'d> {
    pub fn new(defaults: &'d Defaults) -> Self {
        Gather { defaults, assets: Vec::new(), diagnostics: Vec::new(), components: 0, over: [0; 3] }
    }

    pub fn tell(&mut self, code: Code, place: impl Into<String>, message: impl Into<String>) {
        if self.diagnostics.len() >= MAX_DIAGNOSTICS {
            self.over[2] += 1;
            return;
        }
        self.diagnostics.push(Diagnostic { code, place: place.into(), message: message.into() });
    }

    /// A new asset: its number, or `None` over the limit.
    pub fn asset(&mut self, name: Option<&str>) -> Option<usize> {
        if self.assets.len() >= MAX_ASSETS {
            self.over[1] += 1;
            return None;
        }
        let name = filled(name).unwrap_or(&self.defaults.asset).to_owned();
        self.assets.push(Asset { name, exposure: self.defaults.exposure, ..Asset::default() });
        Some(self.assets.len() - 1)
    }

    pub fn asset_mut(&mut self, asset: usize) -> &mut Asset {
        &mut self.assets[asset]
    }

    /// Takes what a document says about exposure.
    pub fn exposure(&mut self, asset: usize, text: &str, place: &str) {
        match Exposure::read(text) {
            Some(Exposure::Unknown) => {}
            Some(exposure) => self.assets[asset].exposure = exposure,
            None => self.tell(Code::Cell, place, format!("not an exposure: {}", quoted(text))),
        }
    }

    /// Takes a component, unless nothing names it.
    pub fn component(&mut self, asset: usize, found: Found<'_>) {
        let place = found.place.clone();
        let mut purl = None;
        for text in found.purls.iter().filter_map(|t| filled(Some(t))) {
            match Purl::parse_tolerant(text) {
                Ok((read, broken)) => {
                    if let Some(broken) = broken {
                        self.tell(broken.code(), &place, broken.message());
                    }
                    match &purl {
                        None => purl = Some(read),
                        Some(kept) if *kept == read => {}
                        Some(_) => {
                            self.tell(Code::Purl, &place, format!("a second package URL is not kept: {read}"))
                        }
                    }
                }
                Err(error) => self.tell(error.code(), &place, error.message()),
            }
        }
        let mut cpes: Vec<Cpe> = Vec::new();
        for text in found.cpes.iter().filter_map(|t| filled(Some(t))) {
            match Cpe::parse(text) {
                Ok(cpe) if cpes.contains(&cpe) => {}
                Ok(cpe) => cpes.push(cpe),
                Err(error) => self.tell(error.code(), &place, error.message()),
            }
        }
        let named = |purl: &Purl| match purl.namespace() {
            Some(namespace) => format!("{namespace}/{}", purl.name()),
            None => purl.name().to_owned(),
        };
        let stated = filled(found.name).map(|name| match filled(found.group) {
            Some(group) => format!("{group}/{name}"),
            None => name.to_owned(),
        });
        let of_cpe = || cpes.first().and_then(|c| c.plain(crate::cpe::Attribute::Product));
        let name = stated.or_else(|| purl.as_ref().map(named)).or_else(of_cpe).unwrap_or_default();
        if name.is_empty() && purl.is_none() && cpes.is_empty() {
            return self.tell(
                Code::Nameless,
                place,
                "a component without name, package URL or CPE name is left out",
            );
        }
        if self.components >= MAX_COMPONENTS {
            self.over[0] += 1;
            return;
        }
        self.components += 1;
        let version_of_cpe = || cpes.first().and_then(|c| c.plain(crate::cpe::Attribute::Version));
        let component = Component {
            reference: filled(found.reference).map(str::to_owned),
            kind: filled(found.kind).map(str::to_owned),
            name,
            version: filled(found.version)
                .map(str::to_owned)
                .or_else(|| purl.as_ref().and_then(|p| p.version().map(str::to_owned)))
                .or_else(version_of_cpe),
            purl,
            cpes,
            place,
        };
        if component.version.is_none() {
            let message = format!("no version of {}", quoted(&component.name));
            self.tell(Code::Versionless, &component.place, message);
        }
        self.assets[asset].components.push(component);
    }

    pub fn finish(mut self) -> (Vec<Asset>, Vec<Diagnostic>) {
        let words = ["components", "assets", "diagnostics"];
        for (count, word) in self.over.into_iter().zip(words).filter(|(count, _)| *count > 0) {
            let message = format!("{count} {word} more than are kept");
            self.diagnostics.push(Diagnostic { code: Code::TooMany, place: String::new(), message });
        }
        (self.assets, self.diagnostics)
    }
}
