#!/usr/bin/env python3
"""Holds the sources to their structure: no import circles, no function over 60 lines of code, no file over 400 lines.

    tests/structure/check.py [DIR]      DIR: the top of the project, by default the one this file is in

What counts as a circle. A module uses another one when its code imports an item that the other one defines, or names it by a path.
- An item counts for the module that defines it, however many re-exports lie on the way.
- Declaring a child and handing on its items (`pub use child::Item`) is no use of it; naming the item in other code is.
- So a parent may define what its children share, or use its children, but not both.
- The name of a module counts where something is taken out of it (`use crate::model; … model::Forest`).
- Modules are compared level by level: the rooms of the crate with each other, then the modules of each room, and so on down. What
  lies below a module counts as a part of it, and what a parent's own file holds counts as one more module beside its children.
- Tests (`#[cfg(test)]`), comments and texts do not count.
Not seen: a method called on a value, a path in the text of an attribute, what a macro makes up.

Lines of a function are those between its braces that hold code, as clippy's `too_many_lines` counts them. A function may be longer under
`#[expect(clippy::too_many_lines, reason = "…")]`.
"""

import pathlib
import re
import signal
import sys

sys.dont_write_bytecode = True
import rust

LONGEST_FUNCTION = 60
LONGEST_FILE = 400
# A name that code uses: no field, no method, no further segment of a path.
WORD = re.compile(rf"(?<![\w.])(?<!::)({rust.NAME})(?!\s*:[^:])")


def definer(modules, name, path, seen=frozenset()):
    """What `path` means inside the module `name`: (the module that defines it, whether it is an item and no module).

    None for what lies outside the crate.
    """
    if (name, path) in seen:
        return None
    module, place, rest = modules[name], name, path
    if path[0] == "crate":
        place, rest = (), path[1:]
    elif path[0] == "self":
        rest = path[1:]
    elif path[0] != "super" and not has(module, path[0]):
        return None
    while rest and rest[0] == "super":
        place, rest = place[:-1], rest[1:]
    for index, segment in enumerate(rest):
        if (*place, segment) not in modules:
            return follow(modules, place, rest[index:], seen | {(name, path)})
        place = (*place, segment)
    return place, False


def follow(modules, place, rest, seen):
    """As `definer`, for a name that is no child of the module `place`: an import of that module, or an item of its own."""
    module, name = modules[place], rest[0]
    if name == "*":
        return place, True
    for found in module.imports:
        if found.alias == name and found.path != (name,):
            return definer(modules, place, found.path + rest[1:], seen)
    for found in module.imports if name not in module.items else ():
        origin = found.alias == "*" and definer(modules, place, found.path[:-1], seen)
        if origin and has(modules[origin[0]], name):
            return definer(modules, origin[0], ("self", *rest), seen)
    return place, True


def has(module, name):
    return name in module.items or name in module.children or any(i.alias == name for i in module.imports)


def uses(modules):
    """Which module uses which: (user, used) -> where for the first time, and what."""
    edges = {}

    def note(module, path, at):
        target = definer(modules, module.name, path)
        if target and target[1] and target[0] != module.name:
            edges.setdefault((module.name, target[0]), (module.file, module.line(at), "::".join(path)))

    for module in modules.values():
        words = set(WORD.findall(module.code))
        for found in module.imports:
            target = definer(modules, module.name, found.path)
            below = target and target[0][: len(module.name)] == module.name
            if not (found.public and below) or found.alias in words:
                note(module, found.path, found.at)
        for path, at in module.paths:
            note(module, path, at)
    return edges


def components(graph):
    """Strongly connected components with more than one member (Tarjan)."""
    order, low, stack, found = {}, {}, [], []

    def visit(node):
        order[node] = low[node] = len(order)
        stack.append(node)
        for other in sorted(graph.get(node, ())):
            if other not in order:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], order[other])
        if low[node] == order[node]:
            cut = stack.index(node)
            if len(stack) - cut > 1:
                found.append(sorted(stack[cut:]))
            del stack[cut:]

    for node in sorted(graph):
        if node not in order:
            visit(node)
    return found


def circles(modules):
    """Every circle: the parent at whose level it lies, its members, and one use for each edge between them."""
    edges = uses(modules)
    for parent in sorted({name[:-1] for name in modules if name} | {()}):
        level, graph = {}, {}
        for (user, used), where in sorted(edges.items()):
            if user[: len(parent)] != parent or used[: len(parent)] != parent:
                continue
            pair = tuple(name[len(parent) : len(parent) + 1] for name in (user, used))
            if pair[0] != pair[1]:
                level.setdefault(pair, where)
                graph.setdefault(pair[0], set()).add(pair[1])
        for members in components(graph):
            yield parent, members, {pair: where for pair, where in level.items() if set(pair) <= set(members)}


def report(top):
    """One line for each fault."""
    modules = rust.crate(top / "src")
    if not modules:
        sys.exit(f"{top}: no src/lib.rs or src/main.rs; name the top of the project")
    for module in modules.values():
        for child in sorted(module.lost):
            yield f"{module.file.relative_to(top)}:1: the file of `mod {child}` is not where this check looks for it"
    for parent, members, edges in circles(modules):
        own = str(modules[parent].file.relative_to(top / "src"))
        label = lambda name: name[0] if name else own
        yield f"circle in src/{'/'.join(parent)}: {', '.join(map(label, members))}"
        for (user, used), (file, line, path) in sorted(edges.items()):
            yield f"  {file.relative_to(top)}:{line}: {label(user)} uses {label(used)} ({path})"
    folders = [top / name for name in ("src", "tests", "benches", "fuzz/fuzz_targets")]
    for file in sorted(file for folder in folders for file in folder.rglob("*.rs")):
        text, shown = file.read_text(), file.relative_to(top)
        if (count := text.count("\n")) > LONGEST_FILE:
            yield f"{shown}:1: file of {count} lines, more than {LONGEST_FILE}"
        for name, line, count, expected in rust.functions(text):
            if count > LONGEST_FUNCTION and not expected:
                yield f"{shown}:{line}: function `{name}` of {count} lines of code, more than {LONGEST_FUNCTION}"


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    top = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]).resolve()
    faults = list(report(top))
    print("\n".join(faults) or "no import circles, no long functions, no long files")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
