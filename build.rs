//! Packs what would make the binary larger than it has to be: Swagger UI for `/docs`, and the relocations of the static binary.

use flate2::{Compression, write::GzEncoder};
use std::{
    borrow::Cow,
    env,
    error::Error,
    fs::File,
    io::{self, Cursor},
    path::Path,
};
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

/// The files that the page contains.
const FILES: [&str; 2] = ["swagger-ui-bundle.js", "swagger-ui.css"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_ENV")? == "musl" {
        // The start moves thousands of addresses: a bit or two for each, not 24 bytes. A linker that does not know the flag ignores it.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    pack_swagger_ui()
}

fn pack_swagger_ui() -> Result<(), Box<dyn Error>> {
    let folder = env::var("OUT_DIR")?;
    let mut release = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    for name in FILES {
        let ending = format!("/dist/{name}");
        let path = release
            .file_names()
            .filter_map(Result::ok)
            .find(|path| path.ends_with(&ending))
            .map(Cow::into_owned)
            .ok_or(ending)?;
        let packed = File::create(Path::new(&folder).join(format!("{name}.gz")))?;
        let mut packed = GzEncoder::new(packed, Compression::best());
        io::copy(&mut release.by_name(&path)?, &mut packed)?;
        packed.finish()?;
    }
    Ok(())
}
