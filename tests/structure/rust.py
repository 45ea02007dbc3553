"""A small reader of Rust: the modules of a crate, what each of them imports, and how long its functions are."""

import dataclasses
import re

NAME = r"(?:r#)?[A-Za-z_]\w*"
LITERAL = re.compile(
    r"""//[^\n]* | (?P<block>/\*) | (?<!\w)[bc]?r(?P<hashes>\#*)".*?"(?P=hashes) | "(?:\\.|[^"\\])*" | '(?:\\.[^'\n]*|[^\\'\n])'""",
    re.X | re.S,
)
PATH = re.compile(rf"(?<!\w)(?<!::)(?<![^.]\.)({NAME}(?:\s*::\s*{NAME})+)")
USE = re.compile(r"(?P<public>\bpub\s*(?:\([^)]*\))?\s+)?\buse\b(?!\s*<)(?P<tree>[^;]*);")
MOD = re.compile(rf"\bmod\s+({NAME})\s*([;{{])")
ITEM = re.compile(rf"\b(?:fn|struct|enum|union|trait|type|const|static|macro_rules!)\s+(?:mut\s+)?({NAME})")
TEST = re.compile(r"#!?\s*\[\s*cfg\s*\(\s*(?:all\s*\(\s*)?test\b[^\]]*\]")
FUNCTION = re.compile(rf"(?P<waits>\basync\s+)?\bfn\s+({NAME})")
EXPECTED = re.compile(r"\bexpect\s*\([^\]]*\bclippy::too_many_lines\b")


def blank(text):
    """Same text, same length: comments become spaces and literals quotes, so that only code is left to search."""
    parts, at = [], 0
    while found := LITERAL.search(text, at):
        end, depth = found.end(), 1
        while found["block"] and depth:
            mark = re.compile(r"/\*|\*/").search(text, end)
            depth += 0 if not mark else 1 if mark[0] == "/*" else -1
            end = mark.end() if mark else len(text)
            depth = depth if mark else 0
        filler = " " if found[0].startswith("/") else '"'
        parts += [text[at : found.start()], re.sub(r"[^\n]", filler, text[found.start() : end])]
        at = end
    return "".join(parts) + text[at:]


def erase(code, start, end):
    """The code with spaces instead of everything between two places; lines stay where they are."""
    return code[:start] + re.sub(r"[^\n]", " ", code[start:end]) + code[end:]


def item_end(code, at):
    """Where the item that begins at `at` ends: behind its `;` or its closing brace."""
    depth = 0
    for place in range(at, len(code)):
        letter = code[place]
        if letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
            if depth < 0:
                return place
            if depth == 0 and letter == "}":
                return place + 1
        elif letter == ";" and depth == 0:
            return place + 1
    return len(code)


def without_tests(code):
    """The code without what is compiled for tests only."""
    while found := TEST.search(code):
        inner = found[0].startswith("#!")
        start = 0 if inner else found.start()
        code = erase(code, start, len(code) if inner else item_end(code, found.end()))
    return code


@dataclasses.dataclass
class Import:
    path: tuple  # ("super", "forest", "Trees"); the last segment is "*" for a glob
    alias: str
    public: bool
    at: int


def expand(tree, prefix=()):
    """The paths of one `use` declaration, with the name that each one brings in."""
    tree = tree.strip()
    if tree.startswith("{"):
        depth, start, parts = 0, 1, []
        for place, letter in enumerate(tree):
            depth += (letter == "{") - (letter == "}")
            if (letter == "," and depth == 1) or (letter == "}" and depth == 0):
                parts.append(tree[start:place])
                start = place + 1
        return [path for part in parts if part.strip() for path in expand(part, prefix)]
    head, separator, rest = tree.partition("::")
    if separator:
        return expand(rest, prefix + ((head.strip(),) if head.strip() else ()))
    name, _, alias = (word.strip() for word in tree.partition(" as "))
    if name == "self" and prefix:
        return [(prefix, alias or prefix[-1])]
    return [((*prefix, name), alias or name)]


class Module:
    """One module: its children, its imports and the paths in its code. `name` is () for the top of the crate."""

    def __init__(self, name, file, code):
        self.name, self.file = name, file
        self.children, self.lost, inline = {}, set(), []
        for found in MOD.finditer(code):
            if any(start <= found.start() < end for start, end in inline):
                continue
            body = None
            if found[2] == "{":
                end = item_end(code, found.start())
                inline.append((found.start(), end))
                body = (found.end(), end - 1)
            self.children[found[1].removeprefix("r#")] = body
        self.inline = {
            child: erase(erase(code, 0, body[0]), body[1], len(code)) for child, body in self.children.items() if body
        }
        for start, end in inline:
            code = erase(code, start, end)
        code = MOD.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), code)
        self.imports = []
        for found in USE.finditer(code):
            for path, alias in expand(found["tree"].replace("r#", "")):
                self.imports.append(Import(path, alias, bool(found["public"]), found.start("tree")))
            code = erase(code, found.start(), found.end())
        self.code = code
        self.items = {name.removeprefix("r#") for name in ITEM.findall(code)}
        self.paths = [
            (tuple(re.split(r"\s*::\s*", found[1].replace("r#", ""))), found.start()) for found in PATH.finditer(code)
        ]

    def line(self, at):
        return self.code.count("\n", 0, at) + 1


def crate(src):
    """Every module of the crate whose sources are in the directory `src`, by name."""
    top = next((src / name for name in ("lib.rs", "main.rs") if (src / name).exists()), None)
    modules = {}

    def visit(name, file, code, place):
        module = modules[name] = Module(name, file, code)
        for child in module.children:
            if child in module.inline:
                visit((*name, child), file, module.inline[child], place / child)
                continue
            found = next((f for f in (place / f"{child}.rs", place / child / "mod.rs") if f.exists()), None)
            if found is None:
                module.lost.add(child)
            else:
                visit((*name, child), found, without_tests(blank(found.read_text())), place / child)

    if top:
        visit((), top, without_tests(blank(top.read_text())), src)
    return modules


def functions(text):
    """Each function of a file: name, line, lines of code between its braces, and whether the file expects it to be long."""
    code = blank(text)
    for found in FUNCTION.finditer(code):
        end = item_end(code, found.start())
        body = code.find("{", found.start(), end)
        if body < 0 or code[end - 1] != "}":
            continue
        count = sum(bool(line.strip()) for line in code[body + 1 : end - 1].split("\n"))
        count += 2 * bool(found["waits"])  # clippy counts the braces of an async function too
        before = max(code.rfind(letter, 0, found.start()) for letter in ";{}")
        expected = bool(EXPECTED.search(code, before + 1, found.start()))
        yield found[2], code.count("\n", 0, found.start()) + 1, count, expected
