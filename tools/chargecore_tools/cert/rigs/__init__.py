"""Rigs: who plugs the cable in, holds the card to the reader, cuts the network.

A rig has

    act(name, connector, **fields)   does one act of grammar.ACTS and returns when it is done;
                                     RigCannot: it has no hands for it; CertError: it broke
    close()                          ends it

and `name`, a word for reports. Nothing else may be asked of it: what a station does is judged by
what it sends. `sim_rig` acts on the control socket of a simulator, `command_rig` calls a program
of the laboratory, `technician_rig` asks a person, `rig_chain` is several of them. `hands` notes
what was done, and undoes it.
"""
