import Foundation

/// A point on the map.
struct Point: Codable, Hashable {
    let x: Double
    let y: Double
    var label: String? = nil

    static let zero = Point(x: 0.0, y: 0.0)

    func distance(to other: Point) -> Double {
        let dx = x - other.x, dy = y - other.y
        return (dx * dx + dy * dy).squareRoot()
    }
}

/* Errors of the
   loader. */
enum LoadError: Error {
    case missing(path: String)
    case empty
}

protocol Loader {
    func load(_ path: String) async throws -> [Point]
}

final class FileLoader: Loader {
    private let decoder = JSONDecoder()
    private var cache: [String: [Point]] = [:]

    func load(_ path: String) async throws -> [Point] {
        if let known = cache[path] {
            return known
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw LoadError.missing(path: path)
        }
        let points = try decoder.decode([Point].self, from: data)
        guard !points.isEmpty else { throw LoadError.empty }
        cache[path] = points
        return points
    }
}

@main
struct Program {
    static func main() async {
        let loader: any Loader = FileLoader()
        do {
            let points = try await loader.load("points.json")
            for (index, point) in points.enumerated() where index < 0x10 {
                print("\(index): \(point.distance(to: .zero)) \"\(point.label ?? "none")\"\n")
            }
            let total = points.map { $0.x }.reduce(0, +)
            print(total > 1_000 ? "large" : "small") // the end
        } catch LoadError.missing(let path) {
            print("no file at " + path)
        } catch {
            let text = """
            Failed with "\(error)",
            twice.
            """
            print(text, terminator: "")
        }
    }
}
