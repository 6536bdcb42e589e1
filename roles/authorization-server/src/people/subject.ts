/**
 * Under which name a client knows a person: `sub`, wherever one is written or compared.
 *
 * A public subject is the person's id, the same for every client. A pairwise one is a digest of it under the
 * installation's secret, the same within the client's sector and in no other: two sectors can't find out that they
 * know the same person, and nobody can compute the id from it. It is stored nowhere, so it lasts as long as the secret.
 *
 * @see OpenID Connect Core §8 and §8.1
 */
import type { Client } from '../client.ts'
import type { Issuer } from '../ports/issuer.ts'

type Asking = Pick<Client, 'sector'>

export const subjectFor = ({ sealing }: Pick<Issuer, 'sealing'>, { sector }: Asking, personId: string): string =>
  sector === undefined ? personId : sealing.digest('pairwise', `${sector} ${personId}`)

/** No person has this id. */
const nobody = ''

interface Known {
  readonly person: { readonly personId: string }
}

/**
 * The request with the person that its hint names, when it names one of `people` as its client knows them. A client with
 * pairwise subjects names nobody in another way: it would learn who they are to others.
 */
export function withHintedAmong<R extends { readonly hintedPerson: string | null }>(
  request: R,
  people: readonly Known[],
  { issuer, client }: { readonly issuer: Pick<Issuer, 'sealing'>; readonly client: Asking },
): R {
  const { hintedPerson } = request
  if (hintedPerson === null || client.sector === undefined) return request
  const found = people.find(({ person }) => subjectFor(issuer, client, person.personId) === hintedPerson)
  return { ...request, hintedPerson: found?.person.personId ?? nobody }
}
