//! The test provider on a socket of this machine.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{AUTHORIZATION, HeaderMap};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::time::{Sleep, sleep};

use crate::content::Timestamp;
use crate::mock::{Act, Asked, Entry, Mock, Reply};

/// The longest request that is read.
const MAX_BODY: usize = 64 << 20;

/// Why the provider cannot be there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The port is taken, or not ours to take.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Listen {
        /// The port as asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
}

/// What the provider tells while it runs.
#[derive(Debug)]
pub enum Heard<'a> {
    /// It listens at this base URL.
    Listening(&'a str),
    /// A request was answered.
    Answered(&'a Entry),
}

/// Answers as `mock` does until `cancelled`; port 0 is any free one.
pub async fn mock(
    port: u16,
    mock: Mock,
    now: impl Fn() -> Timestamp + 'static,
    mut tell: impl FnMut(Heard) + 'static,
    cancelled: impl Future<Output = ()>,
) -> Result<(), Error> {
    let failed = |source| Error::Listen { port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
    let address: SocketAddr = listener.local_addr().map_err(failed)?;
    tell(Heard::Listening(&format!("http://{address}/v1")));
    let desk = Rc::new(Desk { mock: RefCell::new(mock), now: Box::new(now), tell: RefCell::new(Box::new(tell)) });
    let mut cancelled = pin!(cancelled);
    let work = tokio::task::LocalSet::new();
    let accept = async {
        loop {
            let connection = tokio::select! {
                () = &mut cancelled => break,
                connection = listener.accept() => connection,
            };
            // A connection that came to nothing is the caller's to try again.
            let Ok((stream, _)) = connection else { continue };
            let _ = stream.set_nodelay(true);
            let desk = Rc::clone(&desk);
            tokio::task::spawn_local(async move {
                let service = service_fn(|request| answer(Rc::clone(&desk), request));
                // A caller that hangs up, or a connection broken on purpose, ends here.
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    };
    work.run_until(accept).await;
    Ok(())
}

/// Who is told of every request.
type Tell = Box<dyn FnMut(Heard)>;

/// What all connections share.
struct Desk {
    mock: RefCell<Mock>,
    now: Box<dyn Fn() -> Timestamp>,
    tell: RefCell<Tell>,
}

async fn answer(desk: Rc<Desk>, request: Request<Incoming>) -> Result<Response<Played>, Infallible> {
    let (head, body) = request.into_parts();
    let Some(body) = read(body).await else {
        return Ok(response(413, &[], VecDeque::new()));
    };
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let asked = Asked { method: head.method.as_str(), path, has_key: has_key(&head.headers), body: &body };
    let Reply { status, headers, acts, entry } = desk.mock.borrow_mut().answer(&asked, (desk.now)());
    if let Some(entry) = &entry {
        (desk.tell.borrow_mut())(Heard::Answered(entry));
    }
    Ok(response(status, &headers, acts.into()))
}

fn has_key(headers: &HeaderMap) -> bool {
    ["x-api-key", "x-goog-api-key", AUTHORIZATION.as_str()].iter().any(|name| headers.contains_key(*name))
}

fn response(status: u16, headers: &[(&'static str, String)], acts: VecDeque<Act>) -> Response<Played> {
    let named =
        headers.iter().fold(Response::builder().status(status), |builder, (name, value)| builder.header(*name, value));
    let played = |acts| Played { acts, pause: None };
    // A header that a person made up may be none.
    named.body(played(acts)).unwrap_or_else(|_| Response::new(played(VecDeque::new())))
}

/// The whole body, unless it is longer than anybody asks.
async fn read(body: Incoming) -> Option<Vec<u8>> {
    let mut body = pin!(body);
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        if let Ok(data) = frame.ok()?.into_data() {
            bytes.extend_from_slice(&data);
        }
        if bytes.len() > MAX_BODY {
            return None;
        }
    }
    Some(bytes)
}

/// A body that happens act by act.
struct Played {
    acts: VecDeque<Act>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Body for Played {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        loop {
            if let Some(pause) = &mut self.pause {
                if pause.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
                self.pause = None;
            }
            match self.acts.pop_front() {
                Some(Act::Send(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes.into())))),
                Some(Act::Wait(time)) => self.pause = Some(Box::pin(sleep(time))),
                Some(Act::Break) => return Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))),
                Some(Act::Hang) => {
                    self.acts.push_front(Act::Hang);
                    return Poll::Pending;
                }
                None => return Poll::Ready(None),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.acts.is_empty() && self.pause.is_none()
    }
}
