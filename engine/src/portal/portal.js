// What the pages can do beyond plain forms. Everything here can be done without: forms are sent and pages are loaded all the same.
'use strict';

const SAYS = {
  lost: 'Koneksi terputus. Isian Anda masih ada di halaman ini; coba kirim lagi.',
  sending: 'Sedang mengirim…',
  tooLarge: (kb) => `File ini lebih besar dari ${kb} KB dan akan ditolak. Perkecil dahulu.`,
  tooSmall: (kb) => `File ini lebih kecil dari ${kb} KB dan akan ditolak.`,
  wrongType: 'Format file ini tidak sesuai dan akan ditolak.',
  camera: 'Ambil dengan kamera',
  shoot: 'Ambil foto',
  cancel: 'Batal',
  preview: 'Pratinjau foto',
};

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// Forms: sent without leaving the page, so that nothing typed is lost when the connection or the portal fails.

function onSubmit(event) {
  const form = event.target;
  if (!form.matches('form[data-lancar]')) return;
  event.preventDefault();
  if (form.ariaBusy === 'true') return; // A second click.
  const button = event.submitter;
  const data = new FormData(form, button);
  busy(form, true);
  send(form, data)
    .then((answer) => arrive(form, answer))
    .catch(() => complain(form, SAYS.lost))
    .finally(() => busy(form, false));
}

function busy(form, is) {
  form.ariaBusy = String(is);
  for (const button of $$('button', form)) button.ariaDisabled = String(is);
}

function send(form, data) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const isUpload = form.enctype === 'multipart/form-data';
    request.open('POST', form.action);
    request.onload = () => resolve({ status: request.status, url: request.responseURL, text: request.responseText });
    request.onerror = request.onabort = request.ontimeout = () => reject(new Error('lost'));
    if (isUpload) {
      const bar = make('progress', { max: 1, value: 0, ariaLabel: SAYS.sending });
      form.append(bar);
      request.upload.onprogress = (event) => { bar.value = event.loaded / event.total; };
      request.onloadend = () => bar.remove();
    }
    request.send(isUpload ? data : new URLSearchParams(data));
  });
}

// The answer is a page. One that says "not now" leaves the form as it is, and is told above it.
function arrive(form, { status, url, text }) {
  const page = new DOMParser().parseFromString(text, 'text/html');
  const isFormAgain = $$('form', page).some((other) => other.getAttribute('action') === form.getAttribute('action'));
  if ((status === 408 || status === 429 || status >= 500) && !isFormAgain) {
    const told = $('.galat', page);
    complain(form, $('h1', page)?.textContent ?? SAYS.lost, told, told?.dataset.kode);
    return;
  }
  const secrets = isFormAgain ? $$('input[type=password]', form).map((input) => [input.name, input.value]) : [];
  show(page, url);
  for (const [name, value] of secrets) {
    const input = $(`input[type=password][name="${name}"]`);
    if (input && input.getAttribute('aria-invalid') !== 'true') input.value = value;
  }
}

function show(page, url) {
  document.title = page.title;
  $('.kepala').replaceWith($('.kepala', page));
  $('main').replaceWith($('main', page));
  if (url !== location.href) history.pushState(null, '', url);
  else history.replaceState(null, '', url);
  prepare();
  const first = $('main [aria-invalid=true]') ?? $('main .galat[tabindex]') ?? $('main');
  first.focus();
  if (first.matches('main')) scrollTo(0, 0);
}

function complain(form, title, told, code = '') {
  $('.galat', form)?.remove();
  const box = make('div', { className: 'galat', role: 'alert', id: 'galat', tabIndex: -1 }, make('h2', { textContent: title }));
  box.dataset.kode = code;
  if (told) box.append(...told.childNodes);
  form.prepend(box);
  box.focus();
}

// Step 1 is checked while it is filled in, by the rules of the portal itself.

function watch(form) {
  const touched = new Set();
  let timer = 0;
  const check = () => {
    const typed = Object.fromEntries([...new FormData(form)].filter(([name, value]) => touched.has(name) && value !== ''));
    if (Object.keys(typed).length === 0) return;
    fetch('/api/v1/validations', { method: 'POST', body: JSON.stringify(typed) })
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((found) => found && mark(form, typed, found))
      .catch(() => {});
  };
  const later = (event, delay) => {
    if (!['nik', 'kk', 'full_name', 'birth_place', 'birth_date', 'phone', 'email'].includes(event.target.name)) return;
    clearTimeout(timer);
    if (event.type === 'change') touched.add(event.target.name);
    timer = setTimeout(check, delay);
  };
  form.addEventListener('input', (event) => later(event, 500));
  form.addEventListener('change', (event) => later(event, 0));
}

function mark(form, typed, { faults, warnings }) {
  for (const name of Object.keys(typed)) {
    const fault = faults.find((one) => one.field === name);
    fault ? blame(form.elements[name], fault.title, fault.code) : clear(form.elements[name]);
  }
  for (const remark of $$('[data-peringatan]', form)) {
    remark.hidden = !warnings.some((one) => one.code === remark.dataset.peringatan);
  }
}

function blame(input, text, code) {
  clear(input);
  const id = `${input.name}-salah`;
  const told = make('p', { className: 'salah', id, textContent: text });
  told.dataset.kode = code;
  (input.closest('.baris') ?? input).after(told);
  input.setAttribute('aria-invalid', 'true');
  input.setAttribute('aria-describedby', [id, ...described(input)].join(' '));
}

function clear(input) {
  $(`#${input.name}-salah`)?.remove();
  input.removeAttribute('aria-invalid');
  const ids = described(input);
  ids.length ? input.setAttribute('aria-describedby', ids.join(' ')) : input.removeAttribute('aria-describedby');
}

function described(input) {
  return (input.getAttribute('aria-describedby') ?? '').split(' ').filter((id) => id && id !== `${input.name}-salah`);
}

// Files: what will be refused is said before it is sent, and a photo is shown.

function hint(form) {
  const input = $('input[type=file]', form);
  const { min, maks, kb, jenis } = form.dataset;
  input.addEventListener('change', () => {
    $('.pratinjau', form)?.remove();
    const file = input.files[0];
    clear(input);
    if (!file) return;
    if (!jenis.split(' ').includes(file.type)) blame(input, SAYS.wrongType, 'file-type');
    else if (file.size > Number(maks)) blame(input, SAYS.tooLarge(maks / kb), 'file-too-large');
    else if (file.size < Number(min)) blame(input, SAYS.tooSmall(min / kb), 'file-too-small');
    if (file.type.startsWith('image/')) {
      const picture = make('img', { className: 'pratinjau', alt: SAYS.preview, src: URL.createObjectURL(file) });
      picture.onload = () => URL.revokeObjectURL(picture.src);
      input.after(picture);
    }
  });
}

function offerCamera(form) {
  const button = make('button', { type: 'button', className: 'kedua', textContent: SAYS.camera });
  $('.tombol', form).append(button);
  button.addEventListener('click', async () => {
    const input = $('input[type=file]', form);
    clear(input);
    try {
      if (!navigator.mediaDevices) throw new Error('no camera');
      const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'user', width: { ideal: 1280 } } });
      button.hidden = true;
      view(form, input, stream, () => { button.hidden = false; button.focus(); });
    } catch {
      blame(input, form.dataset.tanpaKamera, 'camera-missing');
    }
  });
}

function view(form, input, stream, done) {
  const video = make('video', { srcObject: stream, autoplay: true, playsInline: true, muted: true });
  const shoot = make('button', { type: 'button', className: 'utama', textContent: SAYS.shoot });
  const cancel = make('button', { type: 'button', className: 'kedua', textContent: SAYS.cancel });
  const box = make('div', {}, video, make('p', { className: 'tombol' }, shoot, cancel));
  const end = () => { stream.getTracks().forEach((track) => track.stop()); box.remove(); done(); };
  cancel.addEventListener('click', end);
  shoot.addEventListener('click', async () => {
    const canvas = make('canvas', { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext('2d').drawImage(video, 0, 0);
    const photo = await smallEnough(canvas, Number(form.dataset.maks));
    const files = new DataTransfer();
    files.items.add(new File([photo], 'swafoto.jpg', { type: 'image/jpeg' }));
    input.files = files.files;
    end();
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
  input.after(box);
  shoot.focus();
}

async function smallEnough(canvas, most) {
  let photo = null;
  for (const quality of [0.92, 0.8, 0.65, 0.5, 0.35]) {
    photo = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
    if (photo.size <= most) break;
  }
  return photo;
}

// Waiting: the page asks by itself, when it was told to.

function wait(section) {
  setTimeout(async () => {
    if (!section.isConnected) return;
    try {
      const answer = await fetch(location.href);
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      if (new URL(answer.url).pathname !== location.pathname) return location.assign(answer.url);
      const next = $('[data-antrean]', page);
      if (next) { section.replaceWith(next); return wait(next); }
    } catch { /* Lost; the place is kept. */ }
    wait(section);
  }, Math.max(1, Number(section.dataset.antrean)) * 1000);
}

function onClick(event) {
  const opener = event.target.closest('a[data-dialog]');
  const dialog = opener ? document.getElementById(opener.dataset.dialog) : event.target.closest('a[data-tutup]')?.closest('dialog');
  if (!dialog?.showModal) return;
  event.preventDefault();
  opener ? dialog.showModal() : dialog.close();
}

function prepare() {
  $$('form[data-periksa]').forEach(watch);
  $$('form[data-unggah]').forEach(hint);
  $$('form[data-kamera]').forEach(offerCamera);
  $$('[data-antrean]').forEach(wait);
}

document.addEventListener('submit', onSubmit);
document.addEventListener('click', onClick);
addEventListener('popstate', () => location.reload());
prepare();
const again = $('.galat[data-lagi]');
if (again) setTimeout(() => location.reload(), Number(again.dataset.lagi) * 1000);
