// Columns that grow: typed arrays that are filled one after another, each owning its memory.

/** A column that owns the whole of its memory. */
type OwnColumn =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/**
 * A column of `length` elements, at least as many as before, that begins with those of `column`; the others are 0.
 * The memory of `column` is given back at once, which the collector would come for much later: whoever still holds
 * it holds an empty one.
 */
export function grown<Column extends OwnColumn>(column: Column, length: number): Column {
  const longer = column.constructor as new (buffer: ArrayBuffer) => Column;
  return new longer(column.buffer.transfer(length * column.BYTES_PER_ELEMENT));
}
