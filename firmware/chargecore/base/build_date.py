"""BUILD_S: a time that has passed when this source runs, in seconds since 2024-01-01.

A clock that shows less is wrong, whoever has set it. Used before certificates are checked; moved
on with a release. Heap: none.
"""

from micropython import const

BUILD_S = const(84_153_600)  # 2026-09-01
