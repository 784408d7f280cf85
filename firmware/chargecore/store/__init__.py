"""store: flash files, journal, settings and state. The only code that writes flash.

Everything here comes back after a cut of the supply at any moment as it was when the last call
returned: records (journal) are never overwritten, settings and state are kept in two versions.
So it does after an update, and after the way back from one: layout.py, version_pair.py.

A flash (FlashFiles on a file system, the board's own driver on a raw partition) keeps this:
    block_size, block_count      of what can be erased at once
    read(block, offset, buf)     fill buf; return OK or E_IO
    program(block, offset, buf, flush=True)
                                 write 64 bytes; return OK or E_IO. Durable when it returns; with
                                 flush False after the next one with True. The bytes are erased
                                 there, but for zeros over a record whose program() was refused
    erase(block)                 make the block read 0xFF; return OK or E_IO
    erases, errno                how many so far; of the last E_IO
    close()
"""
