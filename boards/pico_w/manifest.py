"""What is frozen into an image for this board: all that chargecore is, and what the port has.

Called by: MicroPython's build, as FROZEN_MANIFEST; boards/README.md tells how. The names come from
there. boot.py and main.py in the file system are not looked at then.
"""

# ruff: noqa: F821

include("$(BOARD_DIR)/manifest.py")
package("chargecore", base_path="../../firmware")
for name in ("boot.py", "boot_slot.py", "main.py"):
    module(name, base_path="../../firmware")
module("board.py", base_path=".")
package("boards/pico_w", files=("pins.py",), base_path="../..")
package("boards/rp2", base_path="../..")
package("boards/shared", base_path="../..")
