"""image: the sources rewritten, compiled and packed into what the VM runs from.

The sources keep one class per file and every name in full; on a chip both cost heap. So an image
is made in these steps, each of them texts in, texts out ({"chargecore/base/ring": text}):

  1. inline_constants   whole numbers of other modules stand where they are used
  2. built_tables       tables are packed already
  3. link_groups        the modules that are always there become one, `chargecore/linked`
     link_modules       and those that come with one profile become one
  4. inline_calls       a function that one place calls stands there
  5. private_names      private attributes of different classes share their names
  6. attribute_names    attributes of different classes share names that the VM has in ROM
  7. constant_tables    tables at the top of the linked module need no entry there
  8. global_names       what modules have at their top takes names that the VM has in ROM
  9. parameter_names    parameters that nobody gives by name share theirs
 10. class_entries      classes without two entries that nobody reads
 11. firmware_image     does all of it, has mpy-cross compile and packs the files into a ROMFS

module_names tells the steps what a module binds and imports; source_edits changes a text without
moving a line. inline_calls moves lines: which is whose is told beside the image, for tracebacks.
Nothing here is imported or run to be rewritten, but for the packers of built_tables.
What each step saves, and what it costs: docs/decisions/0006-the-image-is-linked.md.
"""
