// The function GetBySag, and structured elements as nested objects on the wire: the database holds them flat.
const cds = require('@sap/cds')

const isStructured = element => Boolean(element.elements) && !element.isAssociation
const isList = element => element.isAssociation && element.is2many

const nest = (elements, row) => {
  for (const [name, element] of Object.entries(elements)) {
    if (isStructured(element)) {
      const columns = Object.keys(row).filter(column => column.startsWith(`${name}_`))
      if (!columns.length) continue
      const inner = {}
      for (const column of columns) {
        inner[column.slice(name.length + 1)] = row[column]
        delete row[column]
      }
      nest(element.elements, inner)
      row[name] = Object.values(inner).some(value => value !== null) ? inner : null
    } else if (element.isAssociation && row[name]) {
      [row[name]].flat().forEach(target => nest(element._target.elements, target))
    }
  }
}

// The database service does not write structured elements, so rows are written with the columns the database has.
const insert = async (entity, row, columns = {}) => {
  const lists = []
  const collect = (elements, value, prefix) => {
    for (const [name, element] of Object.entries(elements)) {
      const part = value?.[name]
      if (part === undefined || part === null) continue
      if (isStructured(element)) collect(element.elements, part, `${prefix}${name}_`)
      else if (isList(element)) part.forEach(target => lists.push([element._target, target]))
      else if (element.isAssociation) columns[`${prefix}${name}_id`] = part.id
      else if (!element.foreignKeys && !(`${prefix}${name}` in columns)) columns[prefix + name] = stored(part)
    }
  }
  collect(entity.elements, row, '')
  const names = Object.keys(columns)
  const table = entity.name.replace('.', '_')
  await cds.db.run(
    `INSERT INTO ${table} (${names.map(name => `"${name}"`)}) VALUES (${names.map(() => '?')})`,
    Object.values(columns)
  )
  for (const [target, inner] of lists) await insert(target, inner, { sag_id: row.id })
}

const stored = value => {
  if (Array.isArray(value)) return JSON.stringify(value)
  return typeof value === 'boolean' ? Number(value) : value
}

module.exports = class Default extends cds.ApplicationService {
  async init() {
    this.on('CREATE', '*', async request => {
      await insert(request.target, request.data)
      return { id: request.data.id }
    })
    this.after('READ', '*', (rows, request) => [rows ?? []].flat().forEach(row => nest(request.target.elements, row)))
    this.on('GetBySag', async request => {
      const { Aktivitet } = this.entities
      const rows = await SELECT.from(Aktivitet).where({ 'sagReference.sagId': request.data.Id }).orderBy('id')
      rows.forEach(row => nest(Aktivitet.elements, row))
      return rows
    })
    return super.init()
  }
}
