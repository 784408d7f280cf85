"""is_due(): whether the set-up page opens at this boot without a press of the service button.

Called by: ChipBoard, at every boot: what the page itself needs is loaded behind this.
"""

from chargecore.setup import setup_file


def is_due(label_path, is_good, has_network, is_power_on):
    """Tell it; what `chargecore provision --setup-page` has asked for is forgotten with that.

    is_good: a station can run; has_network: its station.json has one, or it needs none.
    """
    label = setup_file.read(label_path)
    if label is not None and label.get("open") is True:
        del label["open"]
        try:
            setup_file.write(label_path, label)
        except OSError:
            pass  # then it opens once more: better than never
        return True
    if not is_power_on:
        return False
    # Without a label nobody has meant to use the page: a station without network is one by choice.
    return not is_good or (label is not None and not has_network)
