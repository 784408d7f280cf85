"""Named defects: each changes one thing of a Station that is otherwise right."""

DEFECTS = {}
