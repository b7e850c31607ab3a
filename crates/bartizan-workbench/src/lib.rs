//! The server's pages: values in, HTML out.
