//! A test for each class of holes that systems of this kind had, named by its class.

mod files;
mod identity;
mod reach;
mod telling;

use crate::world::{Asker, Shows, World, anyone};

fn token(world: &World, name: &str) -> Asker {
    world.caller(&format!("{name}/read,write,manage")).clone()
}

fn bearing(secret: &str) -> Asker {
    Asker { shows: Shows::Bearer(secret.to_owned()), ..anyone() }
}
