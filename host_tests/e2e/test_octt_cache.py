"""OCTT 1.6 core cases: the authorization cache. Source: public test case document 2024-04.

Each has a variant with the card at the reader and one with a remote start (octt16.csv).
"""

from octt import TAG

_CACHE = {
    "AuthorizationCacheEnabled": "true",
    "LocalPreAuthorize": "true",
    "AuthorizeRemoteTxRequests": "true",
}


def _tag_cached(bench):
    """Reach the memory state IdTagCached (octt16-states.csv). Return how often was asked."""
    bench.config(**_CACHE)
    start = bench.charging()
    bench.swipe(TAG)
    stop = bench.stopped(idTag=TAG, transactionId=start.answer["transactionId"])
    assert stop.answer["idTagInfo"]["status"] == "Accepted"
    bench.unplug()
    bench.expect_status(1, "Available")
    return bench.count("Authorize")


def _starts_locally_without_asking(bench):
    asked = _tag_cached(bench)

    bench.authorized(is_asked=False)
    bench.plug()
    bench.started()

    assert bench.count("Authorize") == asked


def _starts_remotely_without_asking(bench):
    asked = _tag_cached(bench)

    bench.plug()
    bench.expect_status(1, "Preparing")
    answer = bench.call("RemoteStartTransaction", connectorId=1, idTag=TAG)
    assert answer["status"] == "Accepted"
    bench.started()

    assert bench.count("Authorize") == asked


def test_tc_007_start_with_a_cached_id(bench):
    _starts_remotely_without_asking(bench)


def test_tc_007_1_local_start_with_a_cached_id(bench):
    _starts_locally_without_asking(bench)


def test_tc_007_2_remote_start_with_a_cached_id(bench):
    _starts_remotely_without_asking(bench)


def test_tc_061_clear_authorization_cache(bench):
    bench.config(ConnectionTimeOut=20, **_CACHE)
    bench.authorized()
    bench.expect_status(1, "Available")

    assert bench.call("ClearCache")["status"] == "Accepted"

    bench.authorized(is_asked=True)


def test_tc_061_1_clear_authorization_cache_local(bench):
    _tag_cached(bench)

    assert bench.call("ClearCache")["status"] == "Accepted"

    bench.authorized(is_asked=True)
    bench.plug()
    bench.started()


def test_tc_061_2_clear_authorization_cache_remote(bench):
    _tag_cached(bench)

    assert bench.call("ClearCache")["status"] == "Accepted"

    bench.charging()  # expects an Authorize


def test_drops_the_authorization_at_the_second_swipe(bench):
    bench.config(**_CACHE)
    bench.authorized()

    bench.swipe(TAG)

    bench.expect_status(1, "Available")
    bench.plug()
    bench.expect_status(1, "Preparing")
    bench.quiet("StartTransaction", 15)


def test_keeps_the_cache_over_a_power_cut(bench):
    asked = _tag_cached(bench)
    bench.sim.kill()

    bench.sim.start()
    bench.booted()
    bench.authorized(is_asked=False)

    assert bench.count("Authorize") == asked
