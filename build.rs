//! Packs what would make the binary larger than it has to be: Swagger UI for `/docs`, and the relocations of the static binary. Puts the code
//! that few servers run behind the code that all of them do.

use flate2::{Compression, write::GzEncoder};
use std::{
    borrow::Cow,
    env,
    error::Error,
    fmt::Write,
    fs::{self, File},
    io::{self, Cursor},
    path::Path,
};
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

/// The files that the page contains.
const FILES: [&str; 2] = ["swagger-ui-bundle.js", "swagger-ui.css"];

/// Crates and modules that few servers run; those of a line lie together. One that is missing costs memory, one that is wrong nothing.
const SELDOM: [&str; 14] = [
    "object_store reqwest quick_xml crc_fast chrono url",
    "rustls webpki tokio_rustls",
    "h2",
    "poem_openapi ml_serving::http::openapi ml_serving::http::pages",
    "regex_automata regex_syntax aho_corasick",
    "lzma_rust2 zip zlib_rs csv indicatif gimli addr2line",
    "ml_serving::registry",
    "ml_serving::train ml_serving::cli::train",
    "ml_serving::model::text ml_serving::model::program",
    "ml_serving::formats::program",
    "ml_serving::formats::sklearn",
    "ml_serving::formats::xgboost",
    "ml_serving::formats::lightgbm",
    "ml_serving::formats::catboost",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_ENV")? == "musl" {
        // The start moves thousands of addresses: a bit or two for each, not 24 bytes. A linker that does not know the flag ignores it.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
        put_apart()?;
    }
    pack_swagger_ui()
}

/// Whoever touches a page of code gets the fifteen around it too, so what is run must not lie between what is not.
fn put_apart() -> Result<(), Box<dyn Error>> {
    let mut script = "SECTIONS { .text.seldom : {\n".to_owned();
    for names in SELDOM {
        script += "*(";
        for name in names.split(' ') {
            // In a path, `_ZN12object_store3aws…`, and in an impl, `…$LT$object_store..aws…`.
            let path = name.split("::").map(|part| format!("{}{part}", part.len()));
            write!(script, " .text._ZN*{}*", path.collect::<String>())?;
            write!(script, " .text._ZN*{}..*", name.replace("::", ".."))?;
        }
        script += " )\n";
    }
    script += "} } INSERT AFTER .text;\n";
    let place = Path::new(&env::var("OUT_DIR")?).join("seldom.ld");
    fs::write(&place, script)?;
    println!("cargo::rustc-link-arg-bins=-Wl,-T,{}", place.display());
    Ok(())
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
