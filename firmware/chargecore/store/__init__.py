"""store: flash files, journal, settings and state. The only code that writes flash.

Everything here comes back after a cut of the supply at any moment as it was when the last call
returned: records (journal) are never overwritten, settings and state are kept in two versions.
"""
