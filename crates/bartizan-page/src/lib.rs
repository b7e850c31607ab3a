//! The report page: templates and the embedded interface, one set for the file and, later, the server.
