//! A browser without scripts: it keeps cookies, follows redirects, and sends the forms of the page that it shows.

use crate::support::{Answer, Client, Engine, KEY};
use domain::captcha::CaptchaKey;
use domain::document::DocumentKind;
use hyper::{Method, StatusCode};
use std::collections::BTreeMap;

pub(super) struct Browser {
    client: Client,
    pub(super) cookies: BTreeMap<String, String>,
    /// The path that is shown.
    pub(super) at: String,
    pub(super) status: StatusCode,
    pub(super) text: String,
    /// Attributes of every cookie that was set.
    pub(super) set_cookies: Vec<String>,
    pub(super) last: Answer,
}

impl Browser {
    pub(super) async fn open(engine: &Engine) -> Browser {
        let mut client = engine.client().await;
        let last = client.call(Method::GET, "/none", "").await;
        let (cookies, at) = (BTreeMap::new(), String::new());
        let (status, text, set_cookies) = (StatusCode::OK, String::new(), Vec::new());
        Browser { client, cookies, at, status, text, set_cookies, last }
    }

    pub(super) async fn get(&mut self, path: &str) {
        self.go(Method::GET, path, "", Vec::new()).await;
    }

    /// The page of the registration that is shown.
    pub(super) async fn stage(&mut self, stage: &str) {
        let path = format!("{}/{stage}", self.draft());
        self.get(&path).await;
    }

    /// Sends the form of this page to `path`: what is filled in, and what is hidden in it.
    pub(super) async fn fill<V: AsRef<str>>(&mut self, path: &str, fields: &[(&str, V)]) {
        let body = self.filled(fields);
        self.go(Method::POST, path, "application/x-www-form-urlencoded", body).await;
    }

    fn filled<V: AsRef<str>>(&self, fields: &[(&str, V)]) -> Vec<u8> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.hidden() {
            form.append_pair(&name, &value);
        }
        for (name, value) in fields {
            form.append_pair(name, value.as_ref());
        }
        form.finish().into_bytes()
    }

    /// The same, to a page of the registration that is shown.
    pub(super) async fn fill_here<V: AsRef<str>>(&mut self, stage: &str, fields: &[(&str, V)]) {
        let path = format!("{}/{stage}", self.draft());
        self.fill(&path, fields).await;
    }

    pub(super) async fn upload(&mut self, kind: DocumentKind, file: &[u8]) {
        self.stage("dokumen").await;
        let mut body = Vec::new();
        for (name, value) in self.hidden() {
            let head =
                format!("--grens\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(head.as_bytes());
        }
        let head = format!(
            "--grens\r\ncontent-disposition: form-data; name=\"{kind}\"; filename=\"foto.jpg\"\r\ncontent-type: image/jpeg\r\n\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(file);
        body.extend(b"\r\n--grens--\r\n");
        let path = format!("{}/dokumen/{kind}", self.draft());
        self.go(Method::POST, &path, "multipart/form-data; boundary=grens", body).await;
    }

    /// The failure that the page is about, or that its form has: its code.
    pub(super) fn fault(&self) -> Option<&str> {
        self.text.split_once("id=\"galat\"")?.1.split_once("data-kode=\"")?.1.split('"').next()
    }

    /// What is said at field `name`.
    pub(super) fn fault_at(&self, name: &str) -> Option<&str> {
        let found = self.text.split_once(&format!("id=\"{name}-salah\" data-kode=\""))?.1;
        found.split('"').next()
    }

    /// What the page offers in field `name`.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let tag = self.text.split('<').find(|tag| tag.contains(&format!("name=\"{name}\"")))?;
        tag.split_once("value=\"")?.1.split('"').next()
    }

    /// The address of the registration that is shown.
    pub(super) fn draft(&self) -> String {
        self.at.split('/').take(3).collect::<Vec<_>>().join("/")
    }

    /// What the page's forms hide; a captcha comes with its answer.
    fn hidden(&self) -> BTreeMap<String, String> {
        let mut hidden = BTreeMap::new();
        for tag in self.text.split('<').filter(|tag| tag.starts_with("input type=\"hidden\"")) {
            let part = |name: &str| {
                let start = tag.split_once(&format!("{name}=\"")).unwrap().1;
                start.split('"').next().unwrap().to_owned()
            };
            hidden.insert(part("name"), part("value"));
        }
        if let Some(id) = hidden.get("captcha_id") {
            let answer = CaptchaKey::new(KEY).answer(id, 4);
            hidden.insert("captcha".to_owned(), answer);
        }
        hidden
    }

    /// Sends a request and follows redirects.
    pub(super) async fn go(&mut self, method: Method, path: &str, content_type: &str, body: Vec<u8>) {
        let (mut method, mut path, mut body) = (method, path.to_owned(), body);
        for _ in 0..5 {
            let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let cookies = pairs.join("; ");
            let headers = [("accept", "text/html,*/*"), ("cookie", &cookies), ("content-type", content_type)];
            let asked = path.split('#').next().unwrap();
            self.last = self.client.ask(method, asked, &headers, body).await;
            self.keep_cookies();
            asked.clone_into(&mut self.at);
            let Some(location) = self.last.headers.get("location") else { break };
            (method, path, body) = (Method::GET, location.to_str().unwrap().to_owned(), Vec::new());
        }
        self.status = self.last.status;
        self.text.clone_from(&self.last.text);
    }

    fn keep_cookies(&mut self) {
        for value in self.last.headers.get_all("set-cookie") {
            let value = value.to_str().unwrap().to_owned();
            let (name, rest) = value.split_once('=').unwrap();
            let content = rest.split(';').next().unwrap();
            if value.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), content.to_owned());
            }
            self.set_cookies.push(value);
        }
    }
}
