"""`chargecore provision`, `monitor`, `shell`: what a board has to know, and what it has to say."""
