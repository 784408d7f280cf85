"""attribute_names: attributes and methods of different classes share names the VM has in ROM.

Every name is kept once, in a pool that MicroPython doubles when it is full: 11 bytes for each name
and up to as many for nothing (7 on a board). In an image all classes are known. A name that only
they have becomes another, everywhere, and two names become the same one when no class has both;
the new names are those of the VM's own types and modules, which cost nothing (rom_names).

Never renamed: a name that stands in a string or in a file outside, that a builtin object or a part
of a board has, that is read off a module or inside an f-string, or of a class whose base is
outside. Never taken: a name that any text reads off anything, or asks for by a string; so no
object has an attribute that it had not before, as far as the program can ask.

Called by: firmware_image, after private_names. The sources stay as they are.
"""

import ast
import keyword
import re
from collections import defaultdict
from dataclasses import dataclass, field

from chargecore_tools.image.module_names import names_of
from chargecore_tools.image.rom_names import known_names, spare_names
from chargecore_tools.image.source_edits import apply_edits
from chargecore_tools.image.syntax_walk import walk

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_NAMES = re.compile(r"[\w.,]*")  # a name, or several
_PLACE = re.compile(r"%[-+#0-9.]*[a-z]|\{[^}]*\}")  # where a format puts something
_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")


@dataclass
class _Found:
    """What all texts say about attributes."""

    spots: dict = field(default_factory=dict)  # text's name -> [(attribute, edit without a text)]
    spaces: list = field(default_factory=list)  # the classes: (name, bases, attributes)
    fixed: set = field(default_factory=set)  # names that stay
    taken: set = field(default_factory=set)  # names that may not become new ones
    parts: set = field(default_factory=set)  # strings that may be a part of a name, like "stop_"


def share_attributes(texts, readers=(), spare=None):
    """Return ({name: rewritten text}, {old: new}) of {"chargecore/base/ring": text}.

    readers: texts of files that are not rewritten; every name in them is kept.
    spare: names to take, the best first; without them those that the VM has.
    """
    found = _Found()
    for name, text in texts.items():
        found.spots[name] = _collect(text, found)
    for text in readers:
        words = _words_of(text, found.parts)
        found.fixed |= words
        found.taken |= words
    found.fixed |= known_names()
    new = _coloured(found, spare_names() if spare is None else spare)
    made = {}
    for name, text in texts.items():
        edits = [(*spot, new[old]) for old, spot in found.spots[name] if old in new]
        made[name] = apply_edits(text, edits)
    return made, new


def _collect(text, found):
    """Return [(attribute, place)] of one text, and note what it says about names."""
    module = names_of(text)
    spots = []
    modules = _bound_by_imports(module)
    docstrings = _docstrings(module.tree)
    for node in walk(module.tree):
        if isinstance(node, ast.Attribute):
            spots.append((node.attr, _attribute_spot(node)))
            found.taken.add(node.attr)
            if isinstance(node.value, ast.Name) and node.value.id in modules:
                found.fixed.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in docstrings:
                words = _words_of_string(node.value, found.parts)
                found.fixed |= words
                found.taken |= words
        elif isinstance(node, ast.JoinedStr):  # positions inside are not those of the file
            found.fixed.update(n.attr for n in walk(node) if isinstance(n, ast.Attribute))
        elif isinstance(node, ast.ClassDef):
            spots += _collect_class(node, text, found)
    return spots


def _bound_by_imports(module):
    return {(a.asname or a.name).split(".")[0] for line in module.import_lines for a in line.names}


def _docstrings(tree):
    """Return the ids of the strings that are a statement: the compiler drops them."""
    return {id(n.value) for n in walk(tree) if isinstance(n, ast.Expr)}


def _words_of_string(text, parts):
    """Return the names that a string may ask for with getattr; a sentence asks for none.

    parts: gets the strings that may be put together to a name.
    """
    pieces = _WORD.findall(_PLACE.sub(" ", text))
    parts.update(word for word in pieces if "_" in (word[0], word[-1]))
    return set(_WORD.findall(text)) if _NAMES.fullmatch(text) else set()


def _words_of(text, parts):
    """Return the names of attributes in a file that is not rewritten, with those strings ask for.

    Its own private ones left out: methods, and what it reads off self.
    """
    tree = ast.parse(text)
    docstrings = _docstrings(tree)
    found = set()
    for node in walk(tree):
        if isinstance(node, ast.Attribute):
            if node.attr[0] != "_" or not _is_of_self(node):
                found.add(node.attr)
        elif isinstance(node, ast.ClassDef):
            names = [getattr(part, "id", getattr(part, "name", "")) for part in _parts_of(node)]
            found.update(name for name in names if name and name[:1] != "_")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in docstrings:
                found |= _words_of_string(node.value, parts)
    return found


def _parts_of(cls):
    """Return the statements of a class, and whatever stands in those that are no methods."""
    methods = [line for line in cls.body if isinstance(line, _FUNCTIONS)]
    others = (line for line in cls.body if line not in methods)
    return methods + [part for line in others for part in walk(line)]


def _is_of_self(node):
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _attribute_spot(node):
    start = node.end_col_offset - len(node.attr.encode("utf-8"))
    return node.end_lineno, start, node.end_lineno, node.end_col_offset


def _collect_class(cls, text, found):
    """Return the places of the methods' names, and note all attributes of a class."""
    bases = [getattr(base, "id", getattr(base, "attr", "")) for base in cls.bases]
    space = set()
    spots = []
    lines = text.splitlines()
    for line in cls.body:
        if isinstance(line, _FUNCTIONS):
            head = lines[line.lineno - 1].encode("utf-8")
            at = re.compile(rb"(async\s+)?def\s+").match(head, line.col_offset).end()
            spots.append((line.name, (line.lineno, at, line.lineno, at + len(line.name))))
            space.add(line.name)
            _collect_method(line, space, found)
        else:
            names = {n.id for n in walk(line) if isinstance(n, ast.Name)}
            found.fixed |= names  # read or bound in the class's own scope
            found.taken |= names
    found.spaces.append((cls.name, bases, space))
    return spots


def _collect_method(method, space, found):
    outside = [*method.decorator_list, *method.args.defaults, *method.args.kw_defaults]
    for node in outside:  # these read names where the class's own come first
        names = {n.id for n in walk(node or ast.Pass()) if isinstance(n, ast.Name)}
        found.fixed |= names
        found.taken |= names
    first = method.args.args[0].arg if method.args.args else None
    for node in walk(method):
        if not isinstance(node, ast.Attribute):
            continue
        if isinstance(node.value, ast.Name) and node.value.id == first:
            space.add(node.attr)


def _coloured(found, spare):
    """Return {old name: new name}."""
    neighbours, outside = _neighbours(found.spaces)
    fixed = found.fixed | outside
    free = [n for n in spare if n not in found.taken and not keyword.iskeyword(n)]
    names = [
        n for n in neighbours if n not in fixed and n[:2] != "__" and not _is_part(n, found.parts)
    ]
    names.sort(key=lambda name: (-len(neighbours[name]), name))
    new = {}
    for name in names:
        near = {new[other] for other in neighbours[name] if other in new}
        colour = next((c for c in free if c not in near), None)
        if colour is not None:
            new[name] = colour
    return new


def _is_part(name, parts):
    """Return True when a string like "stop_" may be the beginning or the end of a name."""
    return any(
        name.startswith(p) if p[-1] == "_" else name.endswith(p) for p in parts if len(p) > 1
    )


def _neighbours(spaces):
    """Return ({name: names that some class has beside it}, names of classes from outside)."""
    by_name = defaultdict(list)
    for name, bases, space in spaces:
        by_name[name].append((bases, space))
    neighbours = defaultdict(set)
    outside = set()
    for _, bases, space in spaces:
        whole = set(space)
        if not _add_bases(bases, by_name, whole):
            outside |= whole
        for attribute in whole:
            neighbours[attribute] |= whole
    for name, others in neighbours.items():
        others.discard(name)
    return neighbours, outside


def _add_bases(bases, by_name, whole):
    """Add the attributes of the bases. Return False when one is not of the image."""
    is_known = True
    for base in bases:
        if base not in by_name:
            return False
        for its_bases, space in by_name[base]:
            whole |= space
            is_known &= _add_bases(its_bases, by_name, whole)
    return is_known
