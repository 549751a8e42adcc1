//! Kartu Informasi Akun: what stands on it, once for the page and for the PDF.

mod page;
mod pdf;

use crate::store::Account;
use domain::Timestamp;
use domain::activation::Activation;
use domain::document::DocumentKind;
use domain::receipt::ReceiptNumber;
use domain::zone::Zone;

/// A card, ready to be drawn.
pub(crate) struct Card {
    number: String,
    rows: Vec<(&'static str, String)>,
    receipt: String,
}

const TITLE: &str = "Kartu Informasi Akun";
const PORTAL: &str = "Portal SSCASN (simulasi)";

/// The sentences that applicants are shown, as the portal words them, and what the card is good for.
const NOTICES: [&str; 5] = [
    "Pastikan nama, tanggal lahir, dan ijazah sesuai dengan ijazah yang akan digunakan dalam pendaftaran.",
    "Setelah pendaftaran akun diproses, Anda tidak bisa melakukan perubahan data akun.",
    "Pendaftaran tidak dipungut biaya.",
    "Keaslian kartu ini dapat diperiksa dengan nomor tanda terima di atas. Simpan kartu ini dan jangan berikan nomor tanda terima \
     kepada orang yang tidak berkepentingan.",
    "Kartu ini dibuat oleh sebuah simulasi dan bukan dokumen resmi instansi mana pun.",
];

impl Card {
    pub(crate) fn of(account: &Account, activation: Option<Activation>, receipt: ReceiptNumber) -> Card {
        let (identity, documents) = (&account.draft.identity, &account.draft.documents);
        let handed_in = |kind| if documents.contains_key(&kind) { "Sudah diunggah" } else { "Tidak ada" };
        let state = match activation {
            None => "Aktif".to_owned(),
            Some(activation) => format!("Menunggu aktivasi sampai {}", instant(activation.expires_at)),
        };
        let number = account.number.to_string();
        let rows = vec![
            ("Nomor akun", number.clone()),
            ("Nama", identity.full_name.as_str().to_owned()),
            ("NIK", identity.nik.expose()),
            ("Waktu pendaftaran", instant(account.registered_at)),
            ("Status", state),
            ("Foto KTP", handed_in(DocumentKind::Ktp).to_owned()),
            ("Swafoto", handed_in(DocumentKind::Swafoto).to_owned()),
        ];
        Card { number, rows, receipt: receipt.to_string() }
    }
}

/// To the second, in WIB.
fn instant(at: Timestamp) -> String {
    Zone::Wib.text(Timestamp::from_ms(at.as_ms() - at.as_ms().rem_euclid(1_000)))
}
