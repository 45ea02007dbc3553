//! Files that mean harm: refused, nothing run, memory bounded.

use std::{fs, io::Read as _};

use flate2::read::GzDecoder;

use super::{folder, read, recorded, serialized};
use crate::{
    formats::Parsed,
    model::{Model, Predictions},
};

fn refusal(bytes: &[u8]) -> String {
    read(bytes, None)
        .map(|parsed| parsed.parts)
        .unwrap_err()
        .to_string()
}

/// `\x80\x04`, the opcodes, STOP.
fn pickle(opcodes: &[&[u8]]) -> Vec<u8> {
    [b"\x80\x04", opcodes.concat().as_slice(), b"."].concat()
}

/// `STACK_GLOBAL` of two short names.
fn global(module: &str, name: &str) -> Vec<u8> {
    let text = |text: &str| [&[0x8c, text.len() as u8], text.as_bytes()].concat();
    [text(module), text(name), vec![0x93]].concat()
}

/// Names that would do something if they were imported or called.
const HARMFUL: [(&str, &str); 17] = [
    ("os", "system"),
    ("posix", "system"),
    ("nt", "system"),
    ("subprocess", "Popen"),
    ("builtins", "eval"),
    ("builtins", "exec"),
    ("builtins", "getattr"),
    ("builtins", "__import__"),
    ("__builtin__", "eval"),
    ("importlib", "import_module"),
    ("cloudpickle.cloudpickle", "_make_skeleton_class"),
    ("__main__", "Model"),
    ("numpy", "load"),
    ("numpy.testing._private.utils", "runstring"),
    ("sklearnx", "Tree"),
    ("joblib.numpy_pickle", "load"),
    ("_loss", "system"),
];

#[test]
fn a_call_that_could_run_something_is_no_model() {
    for (module, name) in HARMFUL {
        let call = pickle(&[&global(module, name), b"\x8c\x02id\x85R"]);
        let text = refusal(&call);
        assert!(
            text.contains(&format!("the model is {module}.{name},")),
            "{text}"
        );
        let old = format!("\u{80}\u{2}c{module}\n{name}\nX\u{2}\0\0\0id\u{85}R.");
        let old: Vec<u8> = old.chars().map(|c| c as u8).collect();
        assert_eq!(refusal(&old), text);
        // The name itself, and what a call of the result would give.
        for more in [&b""[..], b"\x8c\x02id\x85R)R", b")\x81}b"] {
            let text = refusal(&pickle(&[&global(module, name), more]));
            assert!(text.contains("will not run"), "{text}");
        }
    }
}

#[test]
fn a_call_that_nobody_needs_is_stepped_over() {
    let served = serialized("1.9.1-decision_tree_classifier_int32_labels.gz", "pickle4");
    let trees = read(&served, None).unwrap().ir.into_forest().forest.trees;
    let body = &served[..served.len() - 1];
    for (module, name) in HARMFUL {
        // An attribute more on the model, as BUILD would set it.
        let junk = [&global(module, name)[..], b"\x8c\x02id\x85R)R"].concat();
        let file = [body, &junk, b"0."].concat();
        assert_eq!(
            read(&file, None).unwrap().ir.into_forest().forest.trees,
            trees
        );
    }
}

#[test]
fn what_is_called_must_be_a_name_or_the_result_of_a_call() {
    // The result of a call is called.
    let object = global("builtins", "object");
    let text = refusal(&pickle(&[&object, b")R)R"]));
    assert!(
        text.contains("an instance of what builtins.object returns"),
        "{text}"
    );
    let text = refusal(&pickle(&[b"K\x01)R"]));
    assert!(text.contains("calls an int"), "{text}");
    for opcodes in [
        &b"K\x01)R"[..],
        b"NNR",
        b"))\x81",
        b"]K\x01b",
        b"K\x01Na",
        b"K\x01NNs",
        b"N)}\x92",
    ] {
        read(&pickle(&[opcodes]), None).unwrap_err();
    }
    for opcodes in [
        &b"Pname\n"[..],
        b"NQ",
        b"\x82\x01",
        b"\x97",
        b"(S'x'\nios\nsystem\n",
    ] {
        read(&pickle(&[opcodes]), None).unwrap_err();
    }
}

#[test]
fn lengths_beyond_the_file_are_refused_before_memory_is_taken() {
    let huge = u64::MAX.to_le_bytes();
    for op in [0x95u8, 0x8d, 0x8e, 0x96] {
        for size in [huge, 1_000_000_000_000u64.to_le_bytes()] {
            let text = refusal(&pickle(&[&[op], &size]));
            assert!(text.contains("ends early"), "{text}");
        }
    }
    for op in [b'X', b'B', 0x8b] {
        let text = refusal(&pickle(&[&[op], &[0xff; 4]]));
        assert!(text.contains("ends early"), "{text}");
    }
    let text = refusal(&pickle(&[b"Nr", &[0xff; 4]]));
    assert!(text.contains("more objects than it has bytes"), "{text}");
}

#[test]
fn nesting_and_sharing_cost_no_more_than_their_bytes() {
    let million = 1_000_000;
    // A list in a list in a list; dropping it must not recurse.
    let deep = pickle(&[
        &b"]".repeat(million / 4),
        b"N",
        &b"a".repeat(million / 4),
        &b"N0".repeat(million),
    ]);
    assert!(refusal(&deep).contains("a list"));
    let tuples = pickle(&[b"N", &b"\x85".repeat(million / 4), &b"N0".repeat(million)]);
    assert!(refusal(&tuples).contains("a tuple"));
    // Each list holds the one before ten times: 10^40 elements if copied.
    let mut laughs = b"]\x94".to_vec();
    for level in 0..40u8 {
        laughs.extend([b"(".to_vec(), [b'h', level].repeat(10), b"l".to_vec()].concat());
        laughs.truncate(laughs.len() - 1);
        laughs.extend(b"t\x94");
    }
    assert!(refusal(&pickle(&[&laughs])).contains("a tuple"));
    // One object per byte is more than any program writes.
    for op in [&b"]"[..], b"}", b"\x8f"] {
        assert!(refusal(&pickle(&[&op.repeat(million)])).contains("more objects than"));
    }
    // Marks, copies and references are cheap, but not free.
    for op in [&b"("[..], b"N", b"NNN2", b"N\x94h\0"] {
        read(&pickle(&[&op.repeat(million)]), None).unwrap_err();
    }
    let mut text = vec![b'X'];
    text.extend(1_000_000u32.to_le_bytes());
    text.extend(b"x".repeat(million));
    text.push(0x94);
    // One text, decoded again and again: the bytes are there once.
    let decoded = [global("_codecs", "encode"), b"\x94h\x00\x86R".to_vec()].concat();
    let bomb = pickle(&[
        &text,
        &global("_codecs", "encode"),
        b"\x94(",
        &b"h\x01h\x00\x85R".repeat(100_000),
        b"t",
        b"0",
        &decoded[..0],
        b"]",
    ]);
    assert!(refusal(&bomb).contains("a list"));
}

#[test]
fn compressed_bombs_are_refused() {
    // A None, and what nobody has asked for behind it.
    let padded = [pickle(&[b"N"]), vec![b'N'; 80 << 20]].concat();
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut zlib, &padded).unwrap();
    assert!(refusal(&zlib.finish().unwrap()).contains("unpacks to more than"));
    for method in ["bz2", "xz", "lzma", "lz4"] {
        let packed = fs::File::open(folder().join(format!("compressed/bomb.{method}.gz"))).unwrap();
        let mut bomb = Vec::new();
        GzDecoder::new(packed).read_to_end(&mut bomb).unwrap();
        assert!(bomb.len() < 200_000);
        assert!(refusal(&bomb).contains("unpacks to more than"), "{method}");
    }
}

/// The smallest model in every serialization.
fn small() -> Vec<(String, Vec<u8>)> {
    recorded("1.9.1-decision_tree_classifier_int32_labels.gz").files
}

#[test]
fn a_file_that_ends_early_is_refused_wherever_it_ends() {
    for (kind, bytes) in small() {
        assert!(read(&bytes, None).is_ok());
        for end in 0..bytes.len() {
            assert!(read(&bytes[..end], None).is_err(), "{kind} cut at {end}");
        }
    }
}

#[test]
fn damaged_files_do_no_harm() {
    for (_, bytes) in small() {
        let step = 1 + bytes.len() / 2000;
        for at in (0..bytes.len()).step_by(step) {
            for bits in [0x01, 0x80, 0xff] {
                let mut bytes = bytes.clone();
                bytes[at] ^= bits;
                let Ok(Parsed { ir, .. }) = read(&bytes, None) else {
                    continue;
                };
                if let Ok(model) = Model::new(ir) {
                    let row = vec![0.5; model.schema().len()];
                    model.predict_rows(&row, &mut Predictions::default());
                }
            }
        }
    }
}

#[test]
fn what_fuzzing_has_found_is_refused() {
    for file in fs::read_dir(folder().join("damaged")).unwrap() {
        let mut bytes = Vec::new();
        let file = fs::File::open(file.unwrap().path()).unwrap();
        GzDecoder::new(file).read_to_end(&mut bytes).unwrap();
        refusal(&bytes);
    }
}
