"""`chargecore bench`: the walk-through of evse-hardware.md §7 for a board that was just wired.

Arrows: cli -> session -> steps (part_*.py) -> Tester -> board (simulated_board, serial_board) and
person (terminal_person, simulated_person). A step knows neither links nor terminals.

Protocol of a board:
  facts              dict that hello answered
  ask(op, **fields)  send an order of chargecore.bench, return its answer. Errors: OrderRefused
  wait(ms)           let that much time pass at the board
  restart(is_power)  the firmware of the bench begins anew; is_power: after the supply was away
  close()            leave the board with open contactors
Protocol of a person:
  do(action, **how)  carry out an action of actions.py; returns when it is done
  is_slow            the permission has to be asked for while it does something
  read(name)         what an instrument of instruments.py shows, a whole number; None: cannot say
"""
