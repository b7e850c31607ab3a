//! Which knowledge pack is in use: the one of `--pack`, else the later of the installed and the built-in one.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use bartizan::mapping::Mapper;
use bartizan_knowledge::Pack;
use etcetera::BaseStrategy;

use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::out;

/// Where a pack comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `--pack FILE`.
    Given(PathBuf),
    /// Put there by `bartizan knowledge update`.
    Installed(PathBuf),
    /// Part of the program.
    BuiltIn,
}

/// The pack in use.
pub fn open(global: &Global) -> Result<&'static Pack, Failure> {
    Ok(open_with_origin(global)?.0)
}

/// The pack in use, and where it comes from. An installed pack that cannot be read is passed over with a note: the
/// built-in one does the work as well.
pub fn open_with_origin(global: &Global) -> Result<(&'static Pack, Origin), Failure> {
    if let Some(path) = &global.pack {
        return Ok((load(path)?, Origin::Given(path.clone())));
    }
    let built_in = Pack::built_in();
    match installed().map(|path| (load(&path), path)) {
        Some((Ok(pack), path)) if pack.built() >= built_in.built() => Ok((pack, Origin::Installed(path))),
        Some((Err(failure), _)) => {
            if !global.quiet {
                out::note(&format!("note: the built-in knowledge pack is used: {failure}"));
            }
            Ok((built_in, Origin::BuiltIn))
        }
        Some((Ok(_), _)) | None => Ok((built_in, Origin::BuiltIn)),
    }
}

/// Opens a pack file.
pub fn load(path: &Path) -> Result<&'static Pack, Failure> {
    let name = path.display();
    let bytes = std::fs::read(path)
        .map_err(|e| Failure::new(Exit::Config, "pack.unreadable", format!("cannot read {name}: {e}")))?;
    Pack::open(bytes).map_err(|e| Failure::new(Exit::Config, "pack.invalid", format!("{name}: {e}")))
}

/// The mapper with the model in use: the one of `--model`, else the pack's.
pub fn mapper(global: &Global, pack: &'static Pack) -> Result<Mapper, Failure> {
    let Some(path) = &global.model else { return Ok(Mapper::new(pack)) };
    let mapper = Mapper::with_model(pack, model(path)?);
    if mapper.has_model() {
        return Ok(mapper);
    }
    Err(Failure::new(
        Exit::Config,
        "model.invalid",
        format!(
            "{} is no technique model of this version; make one with bartizan train, or leave --model away",
            path.display()
        ),
    ))
}

/// Largest model file; the shipped one has about 4 MB.
const LARGEST_MODEL: u64 = 256 << 20;

/// The bytes of a model file. They live as long as the program, like those of the pack.
pub fn model(path: &Path) -> Result<&'static [u8], Failure> {
    let name = path.display();
    let invalid = |message: String| Failure::new(Exit::Config, "model.unreadable", message);
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(LARGEST_MODEL + 1).read_to_end(&mut bytes))
        .map_err(|e| invalid(format!("cannot read {name}: {e}")))?;
    if bytes.len() as u64 > LARGEST_MODEL {
        return Err(invalid(format!(
            "{name} is larger than any model; give a file that bartizan train wrote"
        )));
    }
    Ok(bytes.leak())
}

/// The installed pack's file, if there is one.
fn installed() -> Option<PathBuf> {
    data_folder().map(|folder| folder.join("pack.bin")).filter(|path| path.is_file())
}

/// Where packs are installed: `BARTIZAN_DATA`, else the data folder of the user.
pub fn data_folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("BARTIZAN_DATA").filter(|f| !f.is_empty()) {
        return Some(folder.into());
    }
    Some(etcetera::choose_base_strategy().ok()?.data_dir().join("bartizan"))
}

/// Installs a pack: whoever reads meanwhile sees the old file or the new one, never half of one.
pub fn install(bytes: &[u8]) -> Result<PathBuf, Failure> {
    let folder = data_folder().ok_or_else(|| {
        Failure::new(Exit::CannotCreate, "pack.no-folder", "no home folder is known; set BARTIZAN_DATA")
    })?;
    let path = folder.join("pack.bin");
    let draft = folder.join(format!(".pack-{}.tmp", std::process::id()));
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(&folder)?;
        let mut file = std::fs::File::create(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&draft, &path)
    };
    write().map_err(|e| {
        let _ = std::fs::remove_file(&draft);
        Failure::new(Exit::CannotCreate, "pack.unwritable", format!("cannot write {}: {e}", path.display()))
    })?;
    Ok(path)
}
