"""`chargecore cert pack`: one archive for the lab, or the reasons why there is none."""
