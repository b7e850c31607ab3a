//! The builder, on bundles made up here and on the upstream files where they are at hand.

mod controls;
mod d3fend;
mod future;
mod upstream;
