"""`chargecore cert check`: the four weeks before the lab as a list, each item from evidence.

plan    the items: week, what it asks, how it is looked up, what makes it
item    how one stands             cli     the command
"""
