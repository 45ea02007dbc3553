"""Tests of the structure check: `python3 -m unittest discover tests/structure`."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.dont_write_bytecode = True
import check
import rust


class Crate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name).resolve()

    def write(self, **files):
        """Files by their path below src, `__` for `/`, without the ending."""
        for name, text in files.items():
            file = self.top / "src" / (name.replace("__", "/") + ".rs")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def uses(self, **files):
        self.write(**files)
        return {("::".join(user), "::".join(used)) for user, used in check.uses(rust.crate(self.top / "src"))}

    def circles(self, **files):
        self.write(**files)
        found = check.circles(rust.crate(self.top / "src"))
        return [("::".join(parent), [name[0] if name else "" for name in members]) for parent, members, _ in found]


class Imports(Crate):
    def test_groups_aliases_and_paths_in_code_are_uses(self):
        found = self.uses(
            lib="mod a; mod b; mod c; mod d; mod e;",
            a="use crate::{b::{self, Item}, c::Thing as Other};\nfn f() -> crate::d::Deep { b::make(); super::e::go() }",
            b="pub struct Item; pub fn make() {}",
            c="pub struct Thing;",
            d="pub struct Deep;",
            e="pub fn go() {}",
        )
        self.assertEqual(found, {("a", "b"), ("a", "c"), ("a", "d"), ("a", "e")})

    def test_a_type_in_the_place_of_a_value_is_a_use(self):
        self.assertIn(("a", "b"), self.uses(lib="mod a; mod b;", a="fn f() { for _ in 0..crate::b::N {} }", b="pub const N: u8 = 1;"))

    def test_a_module_that_is_imported_counts_where_something_is_taken_out_of_it(self):
        texts = {"lib": "mod a; mod b;", "b": "pub fn f() {}"}
        self.assertEqual(self.uses(a="use crate::b;", **texts), set())
        self.assertEqual(self.uses(a="use crate::b;\nfn g() { b::f() }", **texts), {("a", "b")})

    def test_an_item_counts_for_the_module_that_defines_it(self):
        found = self.uses(
            lib="mod a; mod b; mod c; pub use b::Item;",
            a="use crate::{Item, b::Far, b::Many};",
            b="mod inner; mod many; pub use inner::Item; pub use many::*; pub use crate::c::Far;",
            b__inner="pub struct Item;",
            b__many="pub struct Many;",
            c="pub struct Far;",
        )
        self.assertEqual(found, {("a", "b::inner"), ("a", "b::many"), ("a", "c"), ("b", "c")})

    def test_comments_texts_and_tests_are_no_uses(self):
        found = self.uses(
            lib="mod a; mod b;",
            a="""
            //! [`crate::b::Item`]
            /* crate::b::f() /* nested */ crate::b::f() */
            fn f<'a>(x: &'a str) -> char { let _ = "crate::b::f()\\" crate::b::f()"; let _ = r#"crate::b::f() " "#; '"' }
            #[cfg(test)]
            mod tests { use crate::b::Item; #[test] fn t() { crate::b::f() } }
            #[cfg(test)] use crate::b::Item;
            #[cfg(all(test, unix))] fn helper() { crate::b::f() }
            """,
            b="pub struct Item; pub fn f() {}",
        )
        self.assertEqual(found, set())

    def test_code_behind_a_literal_counts(self):
        code = """fn f<'a>() { let _ = ('"', b'\\'', '\\u{22}', "\\\\", r"\\"); crate::b::f() }"""
        self.assertEqual(self.uses(lib="mod a; mod b;", a=code, b="pub fn f() {}"), {("a", "b")})

    def test_a_module_inside_a_file_is_a_module(self):
        found = self.uses(lib="mod a { pub mod inner { use super::super::b::f; } } mod b;", b="pub fn f() {}")
        self.assertEqual(found, {("a::inner", "b")})

    def test_the_files_of_tests_are_not_read(self):
        found = self.uses(
            lib="mod a; mod b;", a="#[cfg(test)]\nmod tests;", a__tests="use crate::b::f;", b="pub fn f() {}"
        )
        self.assertEqual(found, set())


class Circles(Crate):
    def test_rooms_that_use_each_other_are_a_circle(self):
        self.assertEqual(
            self.circles(
                lib="mod a; mod b; mod c;",
                a="mod one; mod two;",
                a__one="use crate::b::f;",
                a__two="pub fn g() {}",
                b="use crate::a::two::g; pub fn f() {}",
                c="use crate::a::two::g; use crate::b::f;",
            ),
            [("", ["a", "b"])],
        )

    def test_modules_of_a_room_that_use_each_other_are_a_circle(self):
        self.assertEqual(
            self.circles(
                lib="mod room;",
                room__mod="mod a; mod b; mod c; mod d;",
                room__a="use super::b::B; pub struct A;",
                room__b="use super::c::C; pub struct B;",
                room__c="fn f(_: super::a::A) {} pub struct C;",
                room__d="use super::a::A;",
            ),
            [("room", ["a", "b", "c"])],
        )

    def test_a_parent_may_define_what_its_children_share(self):
        self.assertEqual(self.circles(lib="mod a;", a="mod b; pub use b::run; pub struct Failed;", a__b="use super::Failed;"), [])

    def test_a_parent_may_use_its_children(self):
        self.assertEqual(self.circles(lib="mod a;", a="mod b; pub use b::run; fn f() { run() }", a__b="pub fn run() {}"), [])

    def test_a_parent_that_does_both_is_a_circle(self):
        for use in ["use b::run; fn f() { run() }", "fn f() { b::run() }", "pub use b::run; fn f() { run() }"]:
            with self.subTest(use):
                found = self.circles(lib="mod a;", a=f"mod b; {use} pub struct Failed;", a__b="use super::Failed; pub fn run() {}")
                self.assertEqual(found, [("a", ["", "b"])])

    def test_a_child_that_uses_what_its_parent_hands_on_is_no_circle(self):
        found = self.circles(
            lib="mod a;", a="mod b; mod c; pub use c::Failed; fn f() { b::run() }", a__b="use super::Failed; pub fn run() {}", a__c="pub struct Failed;"
        )
        self.assertEqual(found, [])


class Lengths(Crate):
    def lines(self, text):
        return [(name, line, count, expected) for name, line, count, expected in rust.functions(text)]

    def test_only_lines_with_code_count(self):
        text = 'fn f() -> [u8; 2] {\n\n    // no code\n    let x = "\n    {";\n    /* none\n    */\n    g(x) // code\n}\nfn h();\n'
        self.assertEqual(self.lines(text), [("f", 1, 3, False)])

    def test_an_async_function_counts_two_more_as_in_clippy(self):
        self.assertEqual(self.lines("pub async fn f() {\n    g();\n}\n"), [("f", 1, 3, False)])

    def test_an_expectation_belongs_to_the_function_below_it(self):
        text = '#[expect(\n    clippy::too_many_lines,\n    reason = "one {thread}; whole"\n)]\npub fn f() { }\nfn g() { }\n'
        self.assertEqual([(name, expected) for name, _, _, expected in self.lines(text)], [("f", True), ("g", False)])


class Command(Crate):
    def run_check(self):
        done = subprocess.run(
            [sys.executable, pathlib.Path(__file__).with_name("check.py"), self.top], capture_output=True, text=True
        )
        return done.returncode, done.stdout

    def test_sources_without_faults_pass(self):
        self.write(lib="mod a;", a="fn f() {" + "\n    g();" * 60 + "\n}\n" + "//\n" * 338)
        self.assertEqual(self.run_check(), (0, "no import circles, no long functions, no long files\n"))

    def test_a_long_function_is_named_with_its_line(self):
        self.write(lib="\nfn f() {" + "\n    g();" * 61 + "\n}\n")
        self.assertEqual(self.run_check(), (1, "src/lib.rs:2: function `f` of 61 lines of code, more than 60\n"))

    def test_a_long_file_is_named(self):
        self.write(lib="//\n" * 401)
        self.assertEqual(self.run_check(), (1, "src/lib.rs:1: file of 401 lines, more than 400\n"))

    def test_a_circle_is_told_use_by_use(self):
        self.write(lib="mod a;\nmod b;", a="\nuse crate::b::B;\npub struct A;", b="use crate::a::A;\npub struct B;")
        told = "circle in src/: a, b\n  src/a.rs:2: a uses b (crate::b::B)\n  src/b.rs:1: b uses a (crate::a::A)\n"
        self.assertEqual(self.run_check(), (1, told))

    def test_a_module_without_a_file_is_named(self):
        self.write(lib="mod a;")
        self.assertEqual(self.run_check(), (1, "src/lib.rs:1: the file of `mod a` is not where this check looks for it\n"))


if __name__ == "__main__":
    unittest.main()
