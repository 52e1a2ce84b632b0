//! What an endpoint is told by the configuration of its stage.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use sluice_stage::Context;
use sluice_stage::config::{number, text};

/// Settings of an endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Where packets come and go; port 0 takes a free one.
    pub(crate) local: SocketAddr,
    /// The address by which peers reach it, where that is another one.
    pub(crate) public: Option<IpAddr>,
    /// `host:port` of a server that tells how the outside sees the socket.
    pub(crate) stun_server: Option<String>,
    pub(crate) most_peers: usize,
    /// How long a frame waits for packets that were lost and asked for again.
    pub(crate) patience: Duration,
    /// The most bits a second that the way to a peer is tried for; 0: it is not estimated.
    pub(crate) most_bits: f64,
}

impl Settings {
    /// Reads the keys that both stages have: `address`, `port`, `publicAddress`, `stunServer`.
    ///
    /// # Errors
    ///
    /// What is no address.
    pub(crate) fn read(context: &Context) -> Result<Self, String> {
        let ip = match text(context, c"address")? {
            "" => own_address(),
            given => read_address("address", given)?,
        };
        let public = match text(context, c"publicAddress")? {
            "" => None,
            given => Some(read_address("publicAddress", given)?),
        };
        let local = SocketAddr::new(ip, number(context, c"port")? as u16);
        let stun_server = Some(text(context, c"stunServer")?).filter(|name| !name.is_empty()).map(String::from);
        Ok(Self { local, public, stun_server, most_peers: 1, patience: Duration::ZERO, most_bits: 0.0 })
    }
}

fn read_address(key: &str, given: &str) -> Result<IpAddr, String> {
    let found: IpAddr = given.parse().map_err(|_| format!("{key} is \"{given}\", wanted an IP address: 192.0.2.7"))?;
    if found.is_unspecified() {
        return Err(format!("{key} is {found}, which peers cannot reach; wanted an address of this machine"));
    }
    Ok(found)
}

/// The address from which this machine reaches others; that of loopback where it reaches none.
fn own_address() -> IpAddr {
    let found = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).and_then(|socket| {
        // Of documentation (RFC 5737): nothing is sent, the system only looks for the way.
        socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9))?;
        socket.local_addr()
    });
    found.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |address| address.ip())
}
