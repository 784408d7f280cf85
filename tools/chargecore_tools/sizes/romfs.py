"""romfs_of(): a ROMFS image of {path: bytes}, through mpremote's writer."""

from mpremote.romfs import VfsRomWriter


def romfs_of(files):
    """Return the image as bytes."""
    tree = {}
    for path, data in files.items():
        *folders, leaf = path.split("/")
        node = tree
        for folder in folders:
            node = node.setdefault(folder, {})
        node[leaf] = data
    writer = VfsRomWriter()
    _add(writer, tree)
    return bytes(writer.finalise())


def _add(writer, tree):
    for name in sorted(tree):
        if isinstance(tree[name], dict):
            writer.opendir(name)
            _add(writer, tree[name])
            writer.closedir()
        else:
            writer.mkfile(name, tree[name])
