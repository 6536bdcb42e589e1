/**
 * What a command is, and how its options are read: each command is one file, loaded only when it is asked for, so that
 * `--help` answers at once.
 */
import { parseArgs } from 'node:util'
import { nearest } from '@symbolon/server/nearest'

/** 0 and these are the only codes that the program ends with, beside 128 + the signal's number. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, notFound: 4, problemsFound: 5, interrupted: 130 } as const

export interface Option {
  readonly type: 'string' | 'boolean'
  /** How help writes the value: `FILE`. */
  readonly value?: string
  readonly about: string
}

export interface Command {
  /** Behind the command's name: `[REF]`. */
  readonly takes: string
  readonly about: string
  readonly most: number
  readonly options: Readonly<Record<string, Option>>
  readonly run: (given: Given) => Promise<number>
}

export interface Given {
  readonly positionals: readonly string[]
  readonly text: (option: string) => string | undefined
  readonly flag: (option: string) => boolean
}

/** The command can't go on: one sentence, and the code to end with. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  readonly code: number

  constructor(message: string, code: number = exitCodes.failed) {
    super(message)
    this.code = code
  }
}

const misuse = (message: string) => new CommandFailure(message, exitCodes.usage)

/** Reads what stands behind the command's name; every mistake is said with what was probably meant. */
export function given(command: Command, args: readonly string[]): Given {
  const options = Object.fromEntries(Object.entries(command.options).map(([name, { type }]) => [name, { type }]))
  const { values, positionals, tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true })
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(command.options, token.name) ? command.options[token.name] : undefined
    if (option === undefined) {
      const close = nearest(token.name, Object.keys(command.options))
      throw misuse(`There is no option ${token.rawName}.${close === undefined ? '' : ` Did you mean --${close}?`}`)
    }
    if (option.type === 'string' && (token.value === undefined || token.value === '')) {
      throw misuse(`The option --${token.name} needs a value: --${token.name} ${option.value}.`)
    }
    if (option.type === 'boolean' && token.value !== undefined) {
      throw misuse(`The option --${token.name} takes no value.`)
    }
  }
  if (positionals.length > command.most) throw misuse(`There is nothing to do with "${positionals[command.most]}".`)
  return {
    positionals,
    text: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
    flag: (name) => values[name] === true,
  }
}

/** A port number from an option. */
export function portFrom(text: string | undefined, highest = 65_535): number | undefined {
  if (text === undefined) return undefined
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (!(port <= highest)) throw misuse(`A port is a number from 0 to ${highest}, not "${text}".`)
  return port
}
