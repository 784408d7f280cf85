"""security: certificates, signatures and keys as pure arithmetic. No sockets, no flash, no clock.

What is read here was written by others: every function takes any bytes, takes bounded time, and
raises nothing but CertError (cert_error, with a WHY_* of whys). Needed rarely: import it when it
is needed and base.modules.unload it behind. Heap: what a task allocates, it gives back.

A long computation is an object with step(), which does a small part of it per call (one modular
multiplication of RSA, a few doublings of P-256) and returns 0 while there is more to do:
    chain.ChainCheck            1 good; raises CertError
    verifier.SignatureCheck     1 good, -1 bad
    key_maker.KeyMaker          1 done
    csr.CsrMaker                1 done
    a signer                    1 done

A signer holds one private key of P-256 and keeps this protocol (signer.Signer here; a secure
element may take its place, the key then never is in this memory; stock MicroPython's tls wants the
key itself, so that such a chip signs requests but no handshake):
    public_key      P256Key
    begin(digest)   32 bytes of SHA-256 to be signed; forgets a signature begun before. Errors:
                    CertError(WHY_SYNTAX) for another length
    step()          0 running, 1 done: signature is there. Errors: CertError(WHY_RANDOM),
                    CertError(WHY_SIGNATURE) when the result cannot be trusted
    signature       DER, ECDSA with SHA-256; b"" until it is done
"""
