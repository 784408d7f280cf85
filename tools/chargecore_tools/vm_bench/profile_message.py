"""The 421-byte CALL that benches read, and that json.loads reads in turns with them."""

PROFILE = (
    b'[2,"0b0f0e5c-6a3e-4f0","SetChargingProfile",{"connectorId":1,'
    b'"csChargingProfiles":{"chargingProfileId":101,"transactionId":7,"stackLevel":2,'
    b'"chargingProfilePurpose":"TxProfile","chargingProfileKind":"Absolute",'
    b'"chargingSchedule":{"duration":86400,"startSchedule":"2026-11-24T10:00:00Z",'
    b'"chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":16.0,'
    b'"numberPhases":3},{"startPeriod":3600,"limit":10.5}]}}}]'
)
