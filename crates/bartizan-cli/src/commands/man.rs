//! `bartizan man`: manual pages from the same text as `--help`.

use std::path::Path;

use clap::CommandFactory;

use crate::args::Cli;
use crate::exit::{Exit, Failure};
use crate::out;
use crate::package::{self, PackageFile};

/// Prints the main page, or writes all pages into a folder.
pub fn run(dir: Option<&Path>) -> Result<Exit, Failure> {
    let command = Cli::command();
    let Some(dir) = dir else {
        out::bytes(&page(command)?)?;
        return Ok(Exit::Ok);
    };
    let mut files = vec![PackageFile { name: "bartizan.1".into(), bytes: page(command.clone())? }];
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        let name = format!("bartizan-{}", sub.get_name());
        // clap wants a name that lives as long as the program; there are a handful.
        let named = sub.clone().name(&*name.clone().leak()).bin_name(&*name.clone().leak());
        files.push(PackageFile { name: format!("{name}.1"), bytes: page(named)? });
    }
    package::write(dir, &files)?;
    Ok(Exit::Ok)
}

fn page(command: clap::Command) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut text)
        .map_err(|e| Failure::internal(format!("cannot render the manual page: {e}")))?;
    Ok(text)
}
