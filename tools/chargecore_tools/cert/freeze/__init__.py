"""`chargecore cert freeze`: one firmware, byte by byte, out of one commit.

What is built comes from `git archive` of the commit, twice, in two folders with nothing in common;
the commit's own tools build it. firmware/SHA256SUMS lists every file as sha256sum(1) does, and the
SHA-256 of that list is the frozen hash.
"""
