//! Evidence in custody: a hash-chained, signed manifest over files, and the verifier that trusts nothing else.
