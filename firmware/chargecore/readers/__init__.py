"""readers: RFID readers, one file per model. A reader holds one card until it is released.

Protocol of a reader:
  poll(now_ms)      return at once; talk to the reader when it is time
  has_card          True from the moment a card was read until release()
  uid_text_buf      bytearray with the card's id as text, as it goes out in idTag
  uid_len           its length, 1..20
  connector         connector the card is meant for, 0 when one reader serves all
  release()         the card has been taken over: read the next one
  is_silent         True while the reader does not answer: Station tells ReaderFailure, a warning

Promises, checked on every driver and fake by host_tests/contracts/reader.py:
  While has_card is True nothing overwrites the card. release() without a card does nothing.
  A card that lies on the reader gives one swipe, and the next one after it was away for a second.
  A bus that fails or a chip that talks nonsense is counted; poll() returns at once all the same.
"""
