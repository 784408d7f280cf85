"""Keys of the Firmware Management profile. Called by: key_table; see keys.py for the form.

Source: OCPP 1.6 ed.2 ch. 9, errata v4.0. Heap: the packed table, in an image none.
"""

from chargecore.store.setting_rows import RO, T_TEXT, pack

TABLE = (
    # - | OCPPCommCtrlr.FileTransferProtocols | What a URL of GetDiagnostics and UpdateFirmware may
    # begin with. FTP is passive; FTPS asks for TLS, and begins with it on port 990.
    (b"SupportedFileTransferProtocols", T_TEXT, 0, 0, RO, None, "file_protocols"),
)
PACKED = pack(TABLE)
