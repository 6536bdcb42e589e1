/** The contact sheet: photos in rows on A4 with their titles, as a PDF that a printer takes. */
import PDFDocument from 'pdfkit'

export interface SheetPhoto {
  readonly title: string
  /** Without one, the place says so. */
  readonly image: Uint8Array | undefined
}

export interface SheetOrder {
  readonly title: string
  readonly owner: string
  readonly columns: number
  readonly photos: readonly SheetPhoto[]
  readonly printedOn: Date
}

const page = { width: 595.28, height: 841.89, margin: 42, gutter: 14, caption: 22, heading: 64, footing: 26 }

/** Every photo keeps its shape inside a cell of 3 : 2. */
export async function makeSheet(order: SheetOrder): Promise<Buffer> {
  const pdf = new PDFDocument({
    size: 'A4',
    margin: 0,
    autoFirstPage: false,
    info: { Title: order.title, Author: order.owner, Creator: 'Halftone', CreationDate: order.printedOn },
  })
  const chunks: Buffer[] = []
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise<void>((resolve, reject) => {
    pdf.on('end', resolve)
    pdf.on('error', reject)
  })

  const cell = measure(order.columns)
  for (let at = 0; at < order.photos.length; at += cell.perPage) {
    pdf.addPage()
    drawFrame(pdf, order, { number: at / cell.perPage + 1, of: Math.ceil(order.photos.length / cell.perPage) })
    for (const [place, photo] of order.photos.slice(at, at + cell.perPage).entries())
      drawPhoto(pdf, photo, cell.at(place))
  }
  pdf.end()
  await ended
  return Buffer.concat(chunks)
}

/** What a PDF's own fonts can't draw is a question mark, or the letter without its accent: never another letter. */
function printable(text: string): string {
  const drawn = /^[ -~\u00a0-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]$/u
  const letters = Array.from(text.normalize('NFC'), (letter) => {
    if (drawn.test(letter)) return letter
    const [base = ''] = letter.normalize('NFKD')
    return /\s|\p{C}/u.test(letter) ? ' ' : drawn.test(base) ? base : '?'
  })
  return letters.join('')
}

function measure(columns: number) {
  const width = (page.width - 2 * page.margin - (columns - 1) * page.gutter) / columns
  const height = (width * 2) / 3
  const row = height + page.caption + page.gutter
  const rows = Math.floor((page.height - 2 * page.margin - page.heading - page.footing + page.gutter) / row)
  return {
    perPage: columns * rows,
    at: (place: number) => ({
      x: page.margin + (place % columns) * (width + page.gutter),
      y: page.margin + page.heading + Math.floor(place / columns) * row,
      width,
      height,
    }),
  }
}

function drawFrame(
  pdf: PDFKit.PDFDocument,
  { title, owner, printedOn }: SheetOrder,
  { number, of }: { readonly number: number; readonly of: number },
): void {
  const width = page.width - 2 * page.margin
  pdf.font('Times-Roman').fontSize(24).fillColor('#22201c')
  pdf.text(printable(title), page.margin, page.margin, { width, height: 30, ellipsis: true })
  const date = new Intl.DateTimeFormat('en', { dateStyle: 'long' }).format(printedOn)
  pdf
    .font('Helvetica')
    .fontSize(9)
    .fillColor('#6b655c')
    .text(printable(`${owner} · ${date}`), page.margin, page.margin + 32, { width, height: 12, ellipsis: true })
  const foot = page.height - page.margin - 10
  pdf.text('Printed by Halftone', page.margin, foot, { width, lineBreak: false })
  pdf.text(`${number} / ${of}`, page.margin, foot, { width, align: 'right', lineBreak: false })
}

interface Cell {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

function drawPhoto(pdf: PDFKit.PDFDocument, { title, image }: SheetPhoto, { x, y, width, height }: Cell): void {
  if (image) pdf.image(Buffer.from(image), x, y, { fit: [width, height], align: 'center', valign: 'center' })
  else drawGap(pdf, { x, y, width, height })
  pdf.font('Helvetica').fontSize(8).fillColor('#22201c')
  pdf.text(printable(title), x, y + height + 6, { width, height: 10, ellipsis: true, align: 'center' })
}

function drawGap(pdf: PDFKit.PDFDocument, { x, y, width, height }: Cell): void {
  pdf.rect(x, y, width, height).lineWidth(0.5).stroke('#b9b2a6')
  pdf.font('Helvetica').fontSize(8).fillColor('#6b655c')
  pdf.text('This picture can’t be printed', x, y + height / 2 - 4, { width, height: 10, align: 'center' })
}
