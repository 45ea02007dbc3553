//! What expressions find, and which are refused.

use super::{super::Pattern, *};
use std::time::Instant;

const TEXT: &str = "Été don't no\u{308}w x_1 ½ a-b \u{5317}\u{4eac} \u{24b6}b\u{1c}c 3.14 İ \u{663}\u{664} foo@bar.de #tag n\u{a0}b\u{a}";

/// What `re.findall` finds in it.
const FOUND: [(&str, &[&str]); 17] = [
    (
        r"(?u)\b[^\W\d]+\b",
        &[
            "Été",
            "don",
            "t",
            "no",
            "w",
            "½",
            "a",
            "b",
            "\u{5317}\u{4eac}",
            "b",
            "c",
            "İ",
            "foo",
            "bar",
            "de",
            "tag",
            "n",
            "b",
        ],
    ),
    (
        r"[a-zA-Z]+",
        &[
            "t", "don", "t", "no", "w", "x", "a", "b", "b", "c", "foo", "bar", "de", "tag", "n",
            "b",
        ],
    ),
    (
        r"\b[a-zA-ZÀ-ÿ]{2,}\b",
        &["Été", "don", "no", "foo", "bar", "de", "tag"],
    ),
    (
        r"[а-я一-龥]+|\d",
        &["1", "\u{5317}\u{4eac}", "3", "1", "4", "\u{663}", "\u{664}"],
    ),
    (
        r"\b\w+(?:[-'.]\w+)*\b",
        &[
            "Été",
            "don't",
            "no",
            "w",
            "x_1",
            "½",
            "a-b",
            "\u{5317}\u{4eac}",
            "b",
            "c",
            "3.14",
            "İ",
            "\u{663}\u{664}",
            "foo",
            "bar.de",
            "tag",
            "n",
            "b",
        ],
    ),
    (
        r"(\w)\w*",
        &[
            "É", "d", "t", "n", "w", "x", "½", "a", "b", "\u{5317}", "b", "c", "3", "1", "İ",
            "\u{663}", "f", "b", "d", "t", "n", "b",
        ],
    ),
    (r"#(?P<tag>\w+)", &["tag"]),
    (
        r"\S+?(?:\s|\Z)",
        &[
            "Été ",
            "don't ",
            "no\u{308}w ",
            "x_1 ",
            "½ ",
            "a-b ",
            "\u{5317}\u{4eac} ",
            "\u{24b6}b\u{1c}",
            "c ",
            "3.14 ",
            "İ ",
            "\u{663}\u{664} ",
            "foo@bar.de ",
            "#tag ",
            "n\u{a0}",
            "b\u{a}",
        ],
    ),
    (
        r"[^\s,]{2,4}",
        &[
            "Été",
            "don'",
            "no\u{308}w",
            "x_1",
            "a-b",
            "\u{5317}\u{4eac}",
            "\u{24b6}b",
            "3.14",
            "\u{663}\u{664}",
            "foo@",
            "bar.",
            "de",
            "#tag",
        ],
    ),
    (r"\w+@[\w.]+\w", &["foo@bar.de"]),
    (
        r"(?s).",
        &[
            "É", "t", "é", " ", "d", "o", "n", "'", "t", " ", "n", "o", "\u{308}", "w", " ", "x",
            "_", "1", " ", "½", " ", "a", "-", "b", " ", "\u{5317}", "\u{4eac}", " ", "\u{24b6}",
            "b", "\u{1c}", "c", " ", "3", ".", "1", "4", " ", "İ", " ", "\u{663}", "\u{664}", " ",
            "f", "o", "o", "@", "b", "a", "r", ".", "d", "e", " ", "#", "t", "a", "g", " ", "n",
            "\u{a0}", "b", "\u{a}",
        ],
    ),
    (
        r"\B\w\b",
        &[
            "é", "n", "o", "1", "\u{4eac}", "4", "\u{664}", "o", "r", "e", "g",
        ],
    ),
    (r"\d+(?:\.\d+)?", &["1", "3.14", "\u{663}\u{664}"]),
    (
        r"[\w'-]+",
        &[
            "Été",
            "don't",
            "no",
            "w",
            "x_1",
            "½",
            "a-b",
            "\u{5317}\u{4eac}",
            "b",
            "c",
            "3",
            "14",
            "İ",
            "\u{663}\u{664}",
            "foo",
            "bar",
            "de",
            "tag",
            "n",
            "b",
        ],
    ),
    (
        r"\w{,2}\b\W",
        &[
            "té ",
            "on'",
            "t ",
            "no\u{308}",
            "w ",
            "_1 ",
            "½ ",
            "a-",
            "b ",
            "\u{5317}\u{4eac} ",
            "b\u{1c}",
            "c ",
            "3.",
            "14 ",
            "İ ",
            "\u{663}\u{664} ",
            "oo@",
            "ar.",
            "de ",
            "ag ",
            "n\u{a0}",
            "b\u{a}",
        ],
    ),
    (r"[]x_-]+", &["x_", "-"]),
    (r"\x41|\u0130|[\x00-\x1f]", &["\u{1c}", "İ", "\u{a}"]),
];

fn found(pattern: &str, text: &str) -> Vec<String> {
    let expression = Expression::new(pattern).unwrap();
    let mut words = Vec::new();
    expression.words(text, &mut Mapped::default(), |word| {
        words.push(word.to_owned());
    });
    words
}

#[test]
fn expressions_find_what_python_finds() {
    for (pattern, words) in FOUND {
        assert_eq!(found(pattern, TEXT), words, "{pattern}");
    }
}

#[test]
fn what_this_server_does_not_run_is_refused_by_name() {
    for (pattern, why) in [
        (r"[A-Za-z0-9]+(?=\s+)", "looks around"),
        (r"(?<!\S)\w+", "looks around"),
        (r"(\w)\1", "back-reference"),
        (r"(?P<a>\w)(?P=a)", "back-reference"),
        (r"(?i)[a-z]+", "flag"),
        (r"(?>a+)b", "kind"),
        (r"\w++", "without a way back"),
        (r"\w*", "empty words"),
        (r"(\w)(\w)", "several groups"),
        (r"\w+$", "`$`"),
        (r"[a-z", "without an end"),
        (r"(\w+", "without an end"),
        (r"\w+)", "too many"),
        (r"\p{L}+", "does not know"),
    ] {
        let refusal = Pattern::new(pattern).unwrap_err().to_string();
        assert!(refusal.contains(why), "{pattern}: {refusal}");
    }
}

#[test]
fn an_expression_that_would_be_large_is_refused_soon() {
    let begun = Instant::now();
    for pattern in [
        r"\w{1,99999999}",
        r"(?:(?:(?:\w{1000}){1000}){1000}){1000}",
        &"(".repeat(4000),
        &"a".repeat(5000),
        &format!("{}b", "(?:a|b?){50}".repeat(200)),
    ] {
        Pattern::new(pattern).unwrap_err();
    }
    assert!(begun.elapsed().as_secs() < 10);
}

#[test]
fn a_search_ends_soon_whatever_the_expression() {
    let text = "a".repeat(200_000);
    let begun = Instant::now();
    for pattern in [
        r"(?:(?:a+)+)+b",
        r"(?:a|a)+b",
        r"(?:a?){40}a{40}b",
        // Every word is looked for to the end of the text.
        r"\w+\d|\w",
    ] {
        let expression = Expression::new(pattern).unwrap();
        expression.words(&text, &mut Mapped::default(), |_| {});
    }
    assert!(begun.elapsed().as_secs() < 20);
}
