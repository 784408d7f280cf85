"""Security events of the real firmware: told in order, over power cuts and silent servers."""

EVENT = "SecurityEventNotification"


def _types(bench):
    return [call["type"] for call in bench.server.history.calls("CP01", EVENT)]


def test_tells_of_its_start_and_of_its_clock(bench):
    bench.expect(EVENT, type="StartupOfTheDevice")
    bench.expect(EVENT, type="SettingSystemTime")
    bench.session()


def test_tells_of_a_reset(bench):
    bench.call("Reset", type="Soft")
    bench.expect("BootNotification", 30)
    bench.expect_statuses({0: "Available", 1: "Available"}, timeout=30)
    bench.expect_any(
        (EVENT, {"type": "StartupOfTheDevice"}),
        (EVENT, {"type": "ResetOrReboot", "techInfo": "ordered"}),
        (EVENT, {"type": "SettingSystemTime"}),
    )


def test_tells_after_a_power_cut_what_happened_offline(bench):
    bench.expect(EVENT, type="StartupOfTheDevice")
    bench.expect(EVENT, type="SettingSystemTime")
    bench.settled()
    bench.ctl("network", up=False)
    for number in range(3):
        bench.ctl("security_event", type="TamperDetectionActivated", info=f"lid {number}")
    bench.ctl("security_event", type="InvalidTLSVersion", info="not told")
    bench.wait_event("security event 17")
    bench.quiet(EVENT, 2)  # flash has them by then
    bench.sim.kill()
    bench.sim.start()

    bench.expect("BootNotification", 30)
    bench.expect_statuses({0: "Available", 1: "Available"}, timeout=30)
    bench.wait_call(EVENT, type="TamperDetectionActivated", techInfo="lid 2")
    calls = bench.server.history.calls("CP01", EVENT)
    told = [call for call in calls if call["type"] == "TamperDetectionActivated"]
    assert [call["techInfo"] for call in told] == ["lid 0", "lid 1", "lid 2"]
    times = [call["timestamp"] for call in told]
    assert times == sorted(times)
    assert "InvalidTLSVersion" not in _types(bench)
