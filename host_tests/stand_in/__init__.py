"""Boards that are no boards: what a host tool meets at the other end of the serial port."""
