"""link_groups: what is loaded together is one file of an image: the station, and each profile.

link_modules joins what is always there. A feature profile is loaded by one import, and brings
modules of its own: they become one file too, with the name of the last of them. So do those that
the same profiles share. Modules that are unloaded again by name stay files of their own.

Called by: firmware_image, after built_tables. The sources stay as they are.
"""

import ast
from collections import defaultdict

from chargecore_tools.image.link_modules import LINKED, LinkError, in_order, link, targets_of
from chargecore_tools.image.module_names import dotted, names_of
from chargecore_tools.image.syntax_walk import walk


def link_groups(texts):
    """Return (texts, places): {"chargecore/base/ring": text}, {file: [first line, module]}.

    Errors: LinkError when the station itself cannot be one file.
    """
    linked = link(texts)
    texts = linked.texts
    places = {LINKED: linked.spots} if linked.spots else {}
    for root, order in sorted(_groups(texts).items()):
        try:
            joined = link(texts, order=order, target=root)
        except LinkError:
            continue  # these stay files of their own
        texts = joined.texts
        places[root] = joined.spots
    return texts, places


def _groups(texts):
    """Return {file: [modules that come together, each behind what it needs]}; it is the last."""
    modules = {dotted(name): names_of(text) for name, text in texts.items()}
    packages = {dotted(name) for name in texts if name.endswith("/__init__")}
    fixed = packages | _unloaded(modules, packages) | {dotted(LINKED), "main"}
    fixed |= {name for name in modules if not name.startswith("chargecore.")}
    wanted = defaultdict(list)  # module -> who brings it
    orders = defaultdict(list)
    for root in sorted(_loaded_late(modules) - fixed):
        for name in in_order(modules, root, fixed):
            wanted[name].append(root)
    for root in sorted(_loaded_late(modules) - fixed):
        for name in in_order(modules, root, fixed):
            order = orders[tuple(wanted[name])]
            if name not in order:
                order.append(name)
    return {order[-1].replace(".", "/"): order for order in orders.values() if len(order) > 1}


def _unloaded(modules, packages):
    """Return the modules that some module may unload: it has their names, or their package's."""
    words = set()
    for module in modules.values():
        if "unload" in module.loads:
            for node in walk(module.tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    words.update(node.value.split())
    whole = words | {"chargecore." + word for word in words if "." in word}
    inside = tuple(word + "." for word in words & packages)
    return {name for name in modules if name in whole or name.startswith(inside)}


def _loaded_late(modules):
    """Return the modules that an import in a function loads, or a board, maybe one alone."""
    found = set()
    for name, module in modules.items():
        for line in module.import_lines:
            if line not in module.tree.body or name.startswith("boards."):
                found.update(targets_of(modules, line))
    return found
