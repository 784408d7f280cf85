"""Circuit diagrams of the board READMEs, drawn from tables: a module per circuit, and the pen."""
