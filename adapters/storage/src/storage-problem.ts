/** What goes wrong with a database that trying again does not help; the rest is `StorageUnavailable`. */

/** The database can't be used as it is: says in one sentence what is wrong, for the person who runs the server. */
export class StorageProblem extends Error {
  override readonly name = 'StorageProblem'
}

/**
 * A text that a column can't hold alike on both databases: with U+0000, with half a surrogate pair, or too long for
 * an index. It is refused whole; storing something else than was asked for could make two names one.
 */
export class UnstorableText extends TypeError {
  override readonly name = 'UnstorableText'
}
