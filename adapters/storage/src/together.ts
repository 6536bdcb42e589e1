/** One look shared by all who ask for it before it begins: none of them is told what was true before they asked. */
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'

/** A look that takes longer is not waited for: the next begins beside it. */
const longest = 20

/** While one is under way, those who come wait for the next; without, for the end of this turn. */
export function together<Seen>(look: () => Promise<Seen>): () => Promise<Seen> {
  let underWay: Promise<unknown> | undefined
  let next: Promise<Seen> | undefined

  const begin = () => {
    next = undefined
    const looking = look()
    const settled = looking.then(ignore, ignore).then(() => {
      if (underWay === settled) underWay = undefined
    })
    underWay = settled
    return looking
  }
  return () => {
    next ??= (underWay === undefined ? turn() : Promise.race([underWay, delay(longest)]).then(turn)).then(begin)
    return next
  }
}

const ignore = () => {}
