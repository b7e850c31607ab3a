//! What is said to PostgreSQL goes out at once.
//!
//! sqlx 0.9.0 leaves out TCP_NODELAY (its issue 4335; mended behind that release: with the next one this file goes). A message larger
//! than a segment then waits 40 ms for the other side's delayed acknowledgement, which is most of the time that adding objects takes.
//! The driver gives its socket to nobody; this process finds it among its own.

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::net::SocketAddr;

    use rustix::net::{getpeername, sockopt};
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

    /// Sets it for every connection of this process to a port. A kernel that forbids looking (Linux before 5.6, a container's
    /// filter) is no failure: then everything is as slow as the driver left it.
    pub(crate) fn at_once(port: u16) -> io::Result<()> {
        let own = pidfd_open(getpid(), PidfdFlags::empty())?;
        for entry in std::fs::read_dir("/proc/self/fd")? {
            let path = entry?.path();
            let socket = std::fs::read_link(&path)
                .is_ok_and(|to| to.as_os_str().as_encoded_bytes().starts_with(b"socket:"));
            let number = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
            let Some(number) = number.filter(|_| socket) else { continue };
            // A second handle of the same socket: what is set for one is set for both.
            let Ok(handle) = pidfd_getfd(&own, number, PidfdGetfdFlags::empty()) else { continue };
            let peer = getpeername(&handle).ok().flatten().and_then(|peer| SocketAddr::try_from(peer).ok());
            if peer.is_some_and(|peer| peer.port() == port) {
                sockopt::set_tcp_nodelay(&handle, true)?;
            }
        }
        Ok(())
    }

    #[cfg(test)]
    mod tests {
        use std::net::{TcpListener, TcpStream};

        #[test]
        fn a_connection_of_this_process_is_found_by_its_port() {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
            let address = listener.local_addr().expect("an address");
            let stream = TcpStream::connect(address).expect("connected");
            assert!(!stream.nodelay().expect("asked"), "as the system has it");
            super::at_once(address.port()).expect("set");
            assert!(stream.nodelay().expect("asked"));
        }
    }
}

#[cfg(target_os = "linux")]
pub(crate) use linux::at_once;

/// Elsewhere nothing is done.
#[cfg(not(target_os = "linux"))]
pub(crate) fn at_once(_: u16) -> std::io::Result<()> {
    Ok(())
}
