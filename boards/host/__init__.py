"""The PC as a board: simulated pins, a plant behind them, and a control socket in front."""
